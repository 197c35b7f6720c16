#include "cli/file_order.hpp"

#include "journal/fields.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride;
using namespace ride::cli;
using Sentences = std::vector<std::string>;

namespace {

const FilePlace a{"/x/a.ride", "a.ride", "", {"b.ride"}};
const FilePlace b{"/x/b.ride", "b.ride", "a.ride", {"c.ride"}};
const FilePlace c{"/x/c.ride", "c.ride", "b.ride", {}};

}  // namespace

TEST_CASE("files that name each other are whole, in whatever order they come", "[cli]") {
  const auto order = order_of({c, a, b});
  CHECK(order.missing.empty());
  CHECK(order.begins.empty());
  CHECK(order_of({}).missing.empty());
}

TEST_CASE("a file in between that is taken out is named by both its neighbours", "[cli]") {
  const auto order = order_of({a, c});
  CHECK(order.missing == Sentences{"b.ride is missing: a.ride goes on in it",
                                   "b.ride is missing: c.ride goes on from it"});
  CHECK(order.begins.empty());
}

TEST_CASE("the last file cannot be taken out unseen, the first can be pruned", "[cli]") {
  CHECK(order_of({a, b}).missing == Sentences{"c.ride is missing: b.ride goes on in it"});
  const auto pruned = order_of({b, c});
  CHECK(pruned.missing.empty());
  CHECK(pruned.begins == Sentences{"b.ride goes on from a.ride, which is not here: pruned, kept "
                                   "elsewhere, or taken out"});
}

TEST_CASE("another file under the name of one that was taken out is seen", "[cli]") {
  auto other = b;
  other.before = "z.ride";
  CHECK(order_of({a, other, c}).missing ==
        Sentences{"b.ride does not go on from a.ride, which says that it does"});
}

TEST_CASE("a file's place is what it says, not what it is called", "[cli]") {
  const test::TemporaryDirectory folder;
  journal::Writer writer(folder / "renamed.ride", {});
  const auto add = [&](journal::Kind kind, const std::string& name) {
    std::string body;
    journal::FieldWriter(body).put(journal::Field::name, Bytes(name));
    writer.shared().append(kind, 0, 1, body);
  };
  add(journal::Kind::run_began, "b");
  add(journal::Kind::continues, "a.ride");
  add(journal::Kind::continued, "c.ride");
  writer.close();
  journal::Reader reader(folder / "renamed.ride");
  const auto place = place_of(folder / "renamed.ride", reader);
  CHECK(place.name == "b.ride");
  CHECK(place.before == "a.ride");
  CHECK(place.behind == Sentences{"c.ride"});
}
