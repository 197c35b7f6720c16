// Prints a score. The verdict part holds nothing that differs between two runs of one script: no
// pid, port, time, path. The detail part holds the rest. Pure functions: equal input, equal bytes;
// whether there is a terminal, NO_COLOR and the width are the caller's to find out. What was
// recorded cannot inject terminal escapes.
#pragma once

#include <cstddef>
#include <string>

#include "scorer/score.hpp"

namespace ride::scorer {

struct CardStyle {
  std::size_t width = 80;  // columns; readable from 40 on
  bool color = false;
};

// Text for people; every line ends in a line feed.
std::string verdict_text(const Verdict& verdict, CardStyle style = {});
std::string detail_text(const Verdict& verdict, const Detail& detail, CardStyle style = {});
std::string card_text(const Score& score, CardStyle style = {});  // both

// One line without white space and without a line feed: total, detect, fix, trap (each points, of),
// checks (id, kind, verdict, points, of, why, evidence), hints, attempt, scenario (id, version,
// hash), grader; always in this order.
std::string verdict_json(const Verdict& verdict);
// The same, followed by `checklist` and `detail`.
std::string card_json(const Score& score);

}  // namespace ride::scorer
