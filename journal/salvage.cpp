#include "journal/salvage.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include "journal/fields.hpp"

namespace ride::journal {
namespace {

constexpr Seq seq_max = Seq{1} << 62U;

// What a step of the salvage found.
enum class Found : std::uint8_t { row, end, damage };

class Salvager {
 public:
  explicit Salvager(Reader& reader)
      : reader_(reader),
        from_(reader.database().prepare("SELECT seq FROM events WHERE seq >= ? ORDER BY seq")) {}

  Salvaged run() {
    while (walk()) {
    }
    return std::move(out_);
  }

 private:
  // From next_ on, to the end (false) or past a damage (true).
  bool walk() {
    from_.reset();
    from_.bind(1, static_cast<std::int64_t>(next_));
    for (;;) {
      const auto found = step();
      if (found == Found::end) return false;
      if (found == Found::damage) return skip();
      take(static_cast<Seq>(from_.integer(0)));
    }
  }

  Found step() {
    try {
      return from_.step() ? Found::row : Found::end;
    } catch (const std::exception&) {
      return Found::damage;
    }
  }

  void take(Seq seq) {
    if (seq < next_) return;  // out of order, in a page that is none of its place
    missing(seq);
    std::optional<Event> event;
    try {
      event = reader_.find(seq);
    } catch (const std::exception&) {  // its body, or the text it shares
    }
    if (!event) return missing(seq + 1);
    attempt_ = event->attempt;
    at_us_ = event->at_us;
    next_ = seq + 1;
    const Fields fields(event->body);
    // These stand for as many numbers.
    if (event->kind == Kind::hole || event->kind == Kind::gap)
      next_ = seq + std::clamp<std::uint64_t>(fields.get_int(Field::number, 1), 1, seq_max);
    out_.events.push_back(std::move(*event));
  }

  // Everything from next_ up to, and without, `until`.
  void missing(Seq until) {
    if (until <= next_) return;
    const auto count = until - next_;
    const auto what = count == 1
                          ? "event " + std::to_string(next_)
                          : "events " + std::to_string(next_) + " to " + std::to_string(until - 1);
    put_gap(what + " cannot be read", count);
    next_ = until;
  }

  void put_gap(const std::string& what, std::uint64_t count) {
    Event gap{next_, attempt_, Kind::gap, at_us_, 0, {}};
    FieldWriter(gap.body)
        .put(Field::message, "the file is damaged: " + what)
        .put(Field::number, count);
    out_.events.push_back(std::move(gap));
    out_.damages.push_back(what);
  }

  // Can be read from `seq` on?
  bool readable(Seq seq) {
    from_.reset();
    from_.bind(1, static_cast<std::int64_t>(seq));
    return step() != Found::damage;
  }

  // Moves on to the first number from which the tree can be read again. Every try descends from the
  // root, so the damaged page is touched only while the number falls into it.
  bool skip() {
    Seq stride = 1;
    while (stride < seq_max && !readable(next_ + stride)) stride *= 2;
    if (stride >= seq_max) return to_the_end();
    Seq bad = next_ + stride / 2;
    Seq good = next_ + stride;
    while (bad + 1 < good) {
      const auto middle = bad + (good - bad) / 2;
      (readable(middle) ? good : bad) = middle;
    }
    from_.reset();
    from_.bind(1, static_cast<std::int64_t>(good));
    if (step() != Found::row) return to_the_end();
    missing(static_cast<Seq>(from_.integer(0)));
    return true;
  }

  bool to_the_end() {
    put_gap("nothing can be read from event " + std::to_string(next_) + " on", 1);
    return false;
  }

  Reader& reader_;
  Statement from_;
  Salvaged out_;
  Seq next_ = 1;
  std::uint32_t attempt_ = 0;
  std::int64_t at_us_ = 0;
};

}  // namespace

Salvaged salvage(Reader& reader) {
  auto out = Salvager(reader).run();
  const bool any = std::any_of(out.events.begin(), out.events.end(),
                               [](const Event& event) { return event.kind != Kind::gap; });
  if (!any) out.events.clear();
  return out;
}

}  // namespace ride::journal
