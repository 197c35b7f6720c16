// How far somebody has come, for people: readable from 40 columns on, in lines that a person can
// copy ids from.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <vector>

#include "cli/progress.hpp"

namespace ride::cli {

// By stage, then by path.
void print_catalog(const std::vector<CatalogEntry>& catalog, const std::vector<Path>& paths,
                   const Standing& progress, std::size_t columns, std::ostream& out);

void print_proposal(const Proposal& proposal, std::size_t columns, std::ostream& out);

}  // namespace ride::cli
