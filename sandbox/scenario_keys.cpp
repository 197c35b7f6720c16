#include "sandbox/scenario_keys.hpp"

#include <algorithm>

namespace ride::sandbox {
namespace {

using enum KeyKind;

constexpr bool required = true;
constexpr bool optional = false;

const KeyTable parameters{{
    {"name", text, optional, "what {{name}} stands for"},
    {"names", texts, optional, "several instead, no value twice"},
    {"one_of", texts, optional, "plain names or whole numbers"},
    {"from", number, optional, "the least number, instead of `one_of`"},
    {"to", number, optional, "the greatest"},
}};

const KeyTable brief{{
    {"alert", text, required, "what the pager says: symptoms, never the cause"},
    {"impact", text, required, "who is hurt, and what must be left alone"},
    {"done", texts, required, "what done means, a sentence each"},
}};

const KeyTable postgres{{
    {"min", number, optional, "oldest major version on which the facts hold"},
    {"max", number, optional, "newest major version on which the facts hold"},
}};

const KeyTable roles{{
    {"name", text, required, "lower-case letters, digits and _"},
    {"login", flag, optional, "whether it can log in"},
    {"replication", flag, optional, "whether it may make and drop replication slots"},
    {"connection_limit", number, optional, "as in CREATE ROLE; default: none"},
    {"member_of", texts, optional, "roles it is a member of"},
}};

const KeyTable databases{{
    {"name", text, required, "lower-case letters, digits and _"},
    {"owner", text, required, "a role; the seed runs as this one"},
    {"seed", texts, optional, "SQL files inside the folder, in order"},
}};

const KeyTable transaction_ids{{
    {"left", number, required, "how many the server still gives out before it refuses"},
}};

const KeyTable servers{{
    {"name", text, required, "lower-case letters, digits and _"},
    {"kind", text, required, "what it is", nullptr, {"standby"}},
    {"settings", settings, optional, "server settings on top of the main server's"},
}};

const KeyTable environment{{
    {"postgres", map, optional, "major versions on which the facts hold", &postgres},
    {"modes", texts, optional, "where it can run", nullptr, {"local", "docker"}},
    {"settings", settings, optional, "server settings on top of ride's own"},
    {"servers", maps, optional, "servers beside the main one", &servers},
    {"roles", maps, optional, "the application's roles", &roles},
    {"databases", maps, required, "the databases, each with its seed", &databases},
    {"extensions", texts, optional, "created in every database"},
    {"transaction_ids", map, optional, "how far they have advanced since the seed",
     &transaction_ids},
}};

const KeyTable learner{{
    {"database", text, optional, "where the connection string points; default: the first"},
    {"member_of", texts, optional, "roles given to oncall"},
    {"grants", texts, optional, "GRANT statements, the least, and why in a comment"},
}};

const KeyTable values{{
    {"from", number, required, "the first value of $1"},
    {"to", number, required, "the last; then the first again"},
}};

const KeyTable backoff{{
    {"first_ms", number, required, "the first pause; then twice as long each time"},
    {"max_ms", number, required, "the longest pause"},
}};

const KeyTable retry{{
    {"errors", texts, required, "SQLSTATEs with which the operation is tried again"},
    {"times", number, optional, "how often; default: without end"},
    {"first_ms", number, required, "the first pause; then twice as long each time"},
    {"max_ms", number, required, "the longest pause"},
}};

const KeyTable loop{{
    {"every_ms", number, optional, "pause between two operations of a session, default 100"},
    {"per_second", number, optional, "operations a second of all sessions, instead of every_ms"},
    {"times", number, optional, "how many, failed ones included; default: without end"},
    {"values", map, optional, "what $1 takes in turn", &values},
    {"sql", text, optional, "one operation, a statement"},
    {"statements", texts, optional, "one operation, several statements, each for itself"},
    {"transaction", texts, optional, "one operation, several statements in a transaction"},
    {"per_row", text, optional, "then, for each row that the last one returned; $1 is its value"},
    {"retry", map, optional, "what is tried again; default: 40P01 and 40001 at once", &retry},
}};

const KeyTable workload{{
    {"operations", number, required, "how many"},
    {"within_ms", number, required, "time for all of them"},
    {"sessions", number, optional, "connections that are open at once, default 1"},
    {"values", map, optional, "what $1 takes in turn", &values},
    {"sql", text, optional, "one operation, a statement"},
    {"statements", texts, optional, "one operation, several statements, each for itself"},
    {"transaction", texts, optional, "one operation, several statements in a transaction"},
    {"per_row", text, optional, "then, for each row that the last one returned; $1 is its value"},
}};

const KeyTable actors{{
    {"name", text, required, "how rules and the card call it"},
    {"application_name", text, optional, "what the learner sees; default: its name"},
    {"role", text, required, "a role that can log in"},
    {"server", text, optional, "one of environment.servers; default: the main one"},
    {"database", text, required, "where it connects"},
    {"sessions", number, optional, "connections that it holds, default 1"},
    {"on_killed", text, optional, "default: stay_dead", nullptr, {"stay_dead", "reconnect"}},
    {"reconnect", map, optional, "pauses after it was refused; default 50 to 2000 ms", &backoff},
    {"run", texts, optional, "statements sent once after connecting"},
    {"loop", map, optional, "an operation again and again", &loop},
    {"workload", map, optional, "what is run at submit to see whether the fix holds", &workload},
}};

const KeyTable fault{{
    {"sql", text, optional, "a statement; with `database`"},
    {"database", text, optional, "where it is run"},
    {"role", text, optional, "as whom; default: the database's owner"},
    {"fails", text, optional, "the SQLSTATE with which it must fail"},
    {"start", text, optional, "an actor, instead of `sql`"},
}};

const KeyTable confirm{{
    {"id", text, required, "its name in errors"},
    {"title", text, required, "what it proves"},
    {"server", text, optional, "one of environment.servers; default: the main one"},
    {"database", text, required, "where it is asked"},
    {"sql", text, required, "gives one value; names with their schema"},
    {"expect", text, required, "that value, as text"},
    {"within_ms", number, optional, "how long it may take to come true, default 5000"},
}};

const KeyTable probes{{
    {"id", text, required, "its name in the record"},
    {"title", text, required, "what `ride postgres status` calls it"},
    {"server", text, optional, "one of environment.servers; default: the main one"},
    {"database", text, required, "where it is asked"},
    {"sql", text, required, "gives one value; names with their schema"},
    {"healthy", text, required, "that value when all is well"},
}};

const KeyTable weights{{
    {"detect", number, required, "default 40"},
    {"fix", number, required, "default 40"},
    {"trap", number, required, "default 20"},
}};

const KeyTable detect{{
    {"id", text, required, "unique over detect, fix and traps"},
    {"title", text, required, "on the card"},
    {"points", number, required, "what it adds"},
    {"seen", text, required, "SQL over the vocabulary; its rows are the evidence"},
    {"unknown", text, optional, "SQL; a row here and none there: the rule is unknown"},
    {"why", text, required, "the sentence shown with the rows"},
    {"missing", text, required, "the sentence shown when it was not seen"},
    {"nudge", text, optional, "the line of a hint while it is not seen: where to look"},
}};

const KeyTable fix{{
    {"id", text, required, "unique over detect, fix and traps"},
    {"title", text, required, "on the card"},
    {"points", number, required, "what it adds"},
    {"server", text, optional, "one of environment.servers; default: the main one"},
    {"database", text, optional, "where `sql` and `tables` are asked"},
    {"tables", texts, optional, "relations that must still be plain tables"},
    {"sql", text, optional, "gives one value; names with their schema"},
    {"expect", text, optional, "that value, as text; required with `sql`"},
    {"workload", texts, optional, "actors whose workload must have gone through"},
    {"facts", text, optional, "SQL over the vocabulary that must return no row"},
    {"why", text, required, "the sentence shown when it holds"},
    {"missing", text, required, "the sentence shown when it does not"},
}};

const KeyTable traps{{
    {"id", text, required, "unique over detect, fix and traps"},
    {"title", text, required, "on the card"},
    {"points", number, required, "what it takes"},
    {"grave", flag, optional, "sprung, it caps the total"},
    {"cap", number, optional, "the highest total then"},
    {"sprung", text, required, "SQL over the vocabulary; its rows are the evidence"},
    {"unknown", text, optional, "SQL; a row here and none there: the rule is unknown"},
    {"why", text, required, "the sentence shown with the rows"},
}};

const KeyTable postmortem{{
    {"cause", text, required, "what had happened"},
    {"seen", text, required, "how it shows"},
    {"fix", text, required, "what helps, and why that"},
    {"worse", text, required, "what would have made it worse"},
    {"lesson", text, required, "how to prevent it"},
}};

const KeyTable checklist{{
    {"title", text, required, "the box"},
    {"checks", texts, required, "ids of rules that must all have passed"},
}};

const KeyTable root{{
    {"format", number, required, "1"},
    {"id", text, required, "the folder's path below the root of scenarios"},
    {"version", number, required, "raise it when a verdict could change"},
    {"title", text, required, "a few words"},
    {"topic", text, required, "what it is about"},
    {"level", text, required, "L1 to L5"},
    {"minutes", text, required, "how long it takes, 10-15"},
    {"paths", texts, optional, "names of courses"},
    {"parameters", maps, optional, "what is drawn for each attempt", &parameters},
    {"brief", map, required, "what the learner is told", &brief},
    {"environment", map, required, "what is booted", &environment},
    {"learner", map, optional, "what oncall may do", &learner},
    {"actors", maps, optional, "the application's own sessions", &actors},
    {"fault", maps, required, "what breaks it, in order", &fault},
    {"confirm", maps, required, "what must hold before the learner is let in", &confirm},
    {"probes", maps, optional, "the symptoms", &probes},
    {"weights", map, optional, "points of the three parts", &weights},
    {"detect", maps, required, "what must have been looked at", &detect},
    {"fix", maps, required, "what must hold at the end", &fix},
    {"traps", maps, required, "what must not have been done", &traps},
    {"hints", texts, optional, "three: where to look, what to look for, the mechanism"},
    {"postmortem", map, required, "what there is to learn", &postmortem},
    {"checklist", maps, required, "boxes that rules tick", &checklist},
}};

}  // namespace

const Key* KeyTable::find(std::string_view name) const {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> KeyTable::names() const {
  std::vector<std::string> out;
  for (const auto& key : keys) out.emplace_back(key.name);
  return out;
}

const KeyTable& scenario_keys() { return root; }

}  // namespace ride::sandbox
