// Every rule of TCP is cited where it lives and where it is proved, and docs/ shows the rules.
#include "models/tcp/rules.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "harness/cli/coverage_listing.h"
#include "harness/cli/rule_index.h"
#include "harness/cli/rules_listing.h"
#include "models/tcp/requirements.h"
#include "models/wire/cause.h"
#include "tests/support/catch.h"

namespace seedwire::cli {

namespace {

bool is_cited(std::string_view rule, std::initializer_list<Citation::Kind> kinds) {
    return std::any_of(citations().begin(), citations().end(), [&](const Citation& citation) {
        return citation.rule == rule &&
               std::find(kinds.begin(), kinds.end(), citation.kind) != kinds.end();
    });
}

void check_page(const std::string& name, const std::string& fresh, const std::string& command) {
    std::ifstream file{SEEDWIRE_SOURCE_DIR "/docs/" + name};
    const std::string committed{std::istreambuf_iterator<char>{file}, {}};
    if (committed != fresh) FAIL("docs/" << name << " is stale; renew it: " << command);
}

}  // namespace

TEST_CASE("Every rule has a number of its own, a sentence and an origin", "[cli][rules]") {
    std::set<std::string_view> ids, topics;
    for (const tcp::RuleTopic& topic : tcp::rule_topics())
        CHECK(topics.insert(topic.prefix).second);
    std::string previous;
    int number = 0;
    for (const tcp::Rule& rule : tcp::rules()) {
        INFO(rule.id);
        CHECK(ids.insert(rule.id).second);
        const std::string topic{tcp::topic_of(rule)};
        CHECK(topics.contains(topic));
        number = topic == previous ? number + 1 : 1;
        CHECK(rule.id == topic + "-" + std::to_string(number));
        CHECK(rule.sentence.ends_with('.'));
        CHECK((rule.origin.starts_with("RFC ") || rule.origin.starts_with("Linux, ")));
        previous = topic;
    }
}

TEST_CASE("Every rule is cited by code, and by a test or a script", "[cli][rules]") {
    for (const tcp::Rule& rule : tcp::rules()) {
        INFO(rule.id << " " << rule.sentence);
        CHECK(is_cited(rule.id, {Citation::Kind::Code}));
        CHECK(is_cited(rule.id, {Citation::Kind::Test, Citation::Kind::Script}));
    }
}

TEST_CASE("Every citation names a rule", "[cli][rules]") {
    for (const Citation& citation : citations()) {
        INFO(citation.file << ":" << citation.line << ": " << citation.rule);
        CHECK(tcp::find_rule(citation.rule) != nullptr);
    }
}

TEST_CASE("Every cause of a TCP segment stands for a rule", "[cli][rules]") {
    using wire::Cause;
    const std::set<Cause> others{Cause::None,      Cause::Datagram,  Cause::EchoRequest,
                                 Cause::EchoReply, Cause::IcmpError, Cause::Script};
    for (std::uint8_t i = 0; i < wire::kCauseCount; ++i) {
        const auto cause = static_cast<Cause>(i);
        INFO(wire::describe(cause));
        const std::string_view rule = tcp::rule_of(cause);
        CHECK(rule.empty() == others.contains(cause));
        if (!rule.empty()) CHECK(tcp::find_rule(rule) != nullptr);
    }
}

TEST_CASE("docs/linux-tcp.md is up to date", "[cli][rules][docs]") {
    check_page("linux-tcp.md", rules_page(), "seedwire list rules --markdown > docs/linux-tcp.md");
}

TEST_CASE("What RFCs ask names rules that exist, or says why there is none", "[cli][rules]") {
    for (const tcp::Requirement& row : tcp::requirements()) {
        INFO(row.document << " " << row.place);
        std::istringstream ids{std::string{row.rules}};
        std::string id;
        while (ids >> id) CHECK(tcp::find_rule(id) != nullptr);
        CHECK_FALSE((row.rules.empty() && row.note.empty()));
        const std::set<std::string_view> levels{"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"};
        CHECK(levels.contains(row.level));
    }
}

TEST_CASE("The table of transitions holds every legal one, and no other", "[cli][rules]") {
    std::set<std::pair<int, int>> told;
    for (const tcp::TransitionCause& row : tcp::transition_causes()) {
        INFO(tcp::to_string(row.from) << " to " << tcp::to_string(row.to));
        CHECK(told.insert({static_cast<int>(row.from), static_cast<int>(row.to)}).second);
        CHECK(tcp::is_legal_transition(row.from, row.to));
        std::istringstream ids{std::string{row.rules}};
        std::string id;
        while (ids >> id) CHECK(tcp::find_rule(id) != nullptr);
    }
    for (int from = 0; from < tcp::kStateCount; ++from)
        for (int to = 0; to < tcp::kStateCount; ++to)
            CHECK(tcp::is_legal_transition(static_cast<tcp::State>(from),
                                           static_cast<tcp::State>(to)) ==
                  told.contains({from, to}));
}

TEST_CASE("docs/rfc-coverage.md is up to date", "[cli][rules][docs]") {
    check_page("rfc-coverage.md", coverage_page(),
               "seedwire list rfcs --markdown > docs/rfc-coverage.md");
}

}  // namespace seedwire::cli
