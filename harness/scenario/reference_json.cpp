// JSON Schema from the table of keys: one definition a map of keys.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "harness/scenario/reference.h"
#include "harness/scenario/schema.h"

namespace seedwire::scenario {
namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

bool exists(std::string_view context) { return !Schema::instance().keys(context).empty(); }

/// Where the keys of the map behind a key stand in the table; empty: it has none.
std::string context_behind(const Key& key) {
    const std::string context{key.context}, name{key.name};
    const bool of_topology = context.starts_with("topology.") && context != "topology.link";
    if (of_topology && key.type == Type::Map) return "topology.link";
    if (context.empty())
        for (const std::string& child : {name + ".*", name + "[]", name})
            if (exists(child)) return child;
    const bool of_tls = context.starts_with("flows.*.tls");
    if (of_tls && (name == "client" || name == "server")) return "tls.profiles.*";
    if (context == "tls") return "tls.profiles.*";
    if (context == "faults[]" && key.type == Type::Map) return "fault";
    const bool of_link =
        context == "links[]" || context == "topology.link" || context == "links[].up";
    if (of_link && name == "down") return "links[].up";
    if (of_link)
        for (const std::string& child : {"links[]." + name, "links[]." + name + "[]"})
            if (exists(child)) return child;
    if (exists(context + "." + name)) return context + "." + name;
    if (exists(context + "." + name + "[]")) return context + "." + name + "[]";
    const bool may_be_plain = key.type == Type::Map || key.type == Type::Form;
    return may_be_plain && exists(name) ? name : std::string{};
}

std::string reference_to(std::string_view context) {
    return fmt::format("{{\"$ref\": {}}}", quoted(fmt::format("#/definitions/{}", context)));
}

constexpr std::string_view kParameter = R"({"type": "string", "pattern": "\\$"})";

std::string any_of(const std::vector<std::string>& forms) {
    std::string out = "\"anyOf\": [";
    for (std::size_t i = 0; i < forms.size(); ++i) out += (i > 0 ? ", " : "") + forms[i];
    return out + "]";
}

std::string integer(const Key& key) {
    std::string form = "{\"type\": \"integer\"";
    if (key.minimum != 0 || !key.range_text.empty())
        form += fmt::format(", \"minimum\": {}", key.minimum);
    if (key.maximum != INT64_MAX) form += fmt::format(", \"maximum\": {}", key.maximum);
    return form + "}";
}

std::string choices(const Key& key) {
    std::string form = "{\"enum\": [";
    for (std::size_t i = 0; i < key.choices.size(); ++i)
        form += (i > 0 ? ", " : "") + quoted(key.choices[i]);
    return form + "]}";
}

std::string map_or_nothing(const std::string& context) {
    if (context.empty()) return R"({"type": ["object", "null"]})";
    return fmt::format("{{\"anyOf\": [{}, {{\"type\": \"null\"}}]}}", reference_to(context));
}

/// What a key takes, as the inside of a schema.
std::string body(const Key& key) {
    const std::string behind = context_behind(key);
    switch (key.type) {
        case Type::Integer:
            return any_of({integer(key), std::string{kParameter}});
        case Type::Boolean:
            return any_of(
                {R"({"type": "boolean"})", R"({"enum": [0, 1]})", std::string{kParameter}});
        case Type::Choice:
            return any_of({choices(key), std::string{kParameter}});
        case Type::Text:
        case Type::Name:
            return R"("type": ["string", "number", "boolean", "array", "object"])";
        case Type::Map:
            return any_of({map_or_nothing(behind), std::string{kParameter}});
        case Type::NamedMap:
            return fmt::format(
                "\"type\": [\"object\", \"array\", \"null\"], \"patternProperties\": {{\"^x-\": "
                "{{}}}}, "
                "\"additionalProperties\": {}",
                behind == "parameters.*" || behind.empty() ? std::string{"{}"}
                                                           : map_or_nothing(behind));
        case Type::List:
            return behind.empty() ? R"("type": ["array", "string", "null"])"
                                  : fmt::format(
                                        "\"type\": [\"array\", \"string\", \"null\"], "
                                        "\"items\": {}",
                                        reference_to(behind));
        case Type::Form:
            if (behind.empty()) return R"("type": ["string", "number", "array", "object"])";
            return any_of({R"({"type": ["string", "number", "array"]})", reference_to(behind)});
        default:
            return R"("type": ["string", "number"])";
    }
}

std::string property(const Key& key) {
    std::string description{key.help};
    if (!key.fallback_text.empty() && !key.required)
        description += fmt::format(" (default: {})", key.fallback_text);
    return fmt::format("        {}: {{\"description\": {}, {}}}", quoted(key.name),
                       quoted(description), body(key));
}

/// The keys of a map; those of a flow with the keys of all applications.
std::string definition(std::string_view context) {
    std::string properties;
    std::vector<std::string_view> seen;
    for (const Key& key : Schema::instance().all()) {
        const bool of_application = context == "flows.*" && key.context.starts_with("flows.*:");
        if (key.context != context && !of_application) continue;
        if (std::find(seen.begin(), seen.end(), key.name) != seen.end()) continue;
        seen.push_back(key.name);
        properties += (properties.empty() ? "" : ",\n") + property(key);
    }
    properties +=
        ",\n        \"use\": {\"description\": \"templates that this map lies over\", "
        "\"type\": [\"string\", \"array\"]}";
    return fmt::format(
        "{{\n      \"type\": \"object\",\n      \"additionalProperties\": false,\n"
        "      \"patternProperties\": {{\"^(x-|<<)\": {{}}}},\n      \"properties\": {{\n{}\n      "
        "}}",
        properties);
}

}  // namespace

std::string schema_json() {
    std::string definitions;
    std::string_view last = "";
    for (const Key& key : Schema::instance().all()) {
        if (key.context == last || key.context.find(':') != std::string_view::npos) continue;
        last = key.context;
        if (!definitions.empty()) definitions += ",\n";
        definitions += fmt::format("    {}: {}\n    }}", quoted(last), definition(last));
    }
    return fmt::format(
        "{{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
        "  \"title\": \"seedwire scenario\",\n  \"if\": {{\"required\": [\"study\"]}},\n"
        "  \"then\": {{\"$ref\": \"#/definitions/study\"}},\n"
        "  \"else\": {{\"$ref\": \"#/definitions/scenario\"}},\n"
        "  \"definitions\": {{\n    \"scenario\": {}\n    }},\n{}\n  }}\n}}\n",
        definition(""), definitions);
}

}  // namespace seedwire::scenario
