#include "sandbox/parameters.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "journal/sha256.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/yaml_node.hpp"

namespace ride::sandbox {
namespace {

using scorer::Values;

constexpr std::uint32_t candidates = 512;  // seeds among which covering_seeds() looks
constexpr int tries_max = 64;

std::uint64_t number_of(std::uint32_t seed, const std::string& names, std::size_t k) {
  const auto digest = journal::sha256("ride draw 1\n" + std::to_string(seed) + "\n" + names + "\n" +
                                      std::to_string(k) + "\n");
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8U | digest[i];
  return out;
}

void draw_one(const Parameter& parameter, std::uint32_t seed, Values& out) {
  std::string names;
  for (const auto& name : parameter.names) names += (names.empty() ? "" : ",") + name;
  std::set<std::uint64_t> taken;
  for (std::size_t k = 0; k < parameter.names.size(); ++k) {
    auto place = number_of(seed, names, k) % (parameter.count() - k);
    for (const auto other : taken)  // ascending: the place among those that are left
      if (place >= other) ++place;
    taken.insert(place);
    out[parameter.names[k]] =
        parameter.one_of.empty() ? std::to_string(parameter.from + place) : parameter.one_of[place];
  }
}

// What a drawing shows of what there is to show: "desk=billing", "order=low".
std::set<std::string> shown(const std::vector<Parameter>& parameters, const Values& values) {
  std::set<std::string> out;
  for (const auto& parameter : parameters)
    for (const auto& name : parameter.names) {
      const auto& value = values.at(name);
      if (!parameter.one_of.empty())
        out.insert(name + "=" + value);
      else
        out.insert(name + (std::stoull(value) - parameter.from < parameter.count() / 2 ? "=low"
                                                                                       : "=high"));
    }
  return out;
}

}  // namespace

Values draw(const std::vector<Parameter>& parameters, std::uint32_t seed) {
  Values out;
  for (const auto& parameter : parameters) draw_one(parameter, seed, out);
  return out;
}

std::uint32_t draw_seed(const std::vector<Parameter>& parameters, const Values& unlike) {
  std::random_device random;
  std::uint32_t seed = random();
  for (int i = 0; i < tries_max && !unlike.empty() && draw(parameters, seed) == unlike; ++i)
    seed = random();
  return seed;
}

std::vector<std::uint32_t> covering_seeds(const std::vector<Parameter>& parameters,
                                          std::size_t max) {
  std::vector<std::uint32_t> out{0};
  auto covered = shown(parameters, draw(parameters, 0));
  while (!parameters.empty() && out.size() < max) {
    std::uint32_t best = 0;
    std::size_t most = 0;
    for (std::uint32_t seed = 1; seed < candidates; ++seed) {
      const auto more = shown(parameters, draw(parameters, seed));
      const auto fresh = static_cast<std::size_t>(std::count_if(
          more.begin(), more.end(), [&](const auto& one) { return !covered.contains(one); }));
      if (fresh > most) {
        best = seed;
        most = fresh;
      }
    }
    if (most == 0) break;
    out.push_back(best);
    covered.merge(shown(parameters, draw(parameters, best)));
  }
  return out;
}

std::string suggestion(const std::string& name, const Values& values) {
  std::vector<std::string> names;
  for (const auto& [known, value] : values) names.push_back(known);
  const auto near = values.contains(name) ? "" : nearest_word(name, names);
  return near.empty() ? "" : "; did you mean \"" + near + "\"?";
}

std::string drawn_text(const std::string& file, const std::string& text, const Values& values) {
  try {
    return scorer::with_values(text, values);
  } catch (const scorer::NoValue& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(error.at());
    throw ScenarioError(file + ":" + std::to_string(std::count(text.begin(), end, '\n') + 1) +
                        ": " + error.what() + suggestion(error.name(), values));
  }
}

}  // namespace ride::sandbox
