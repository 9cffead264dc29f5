// The tree of a YAML document as it was written: every scalar is text, every node knows its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seedwire::scenario {

class Reporter;
struct Entry;

/// One value. Nothing is ever converted: `012` and `yes` stay what they are.
struct Node {
    enum class Kind : std::uint8_t { Null, Scalar, Sequence, Map };
    Kind kind = Kind::Null;
    bool quoted = false;
    std::uint32_t source = 0;    ///< whose text it stands in, see Reporter::add_source()
    int line = 1, column = 1;    ///< from 1, the column in bytes
    int length = 1;              ///< bytes to underline
    std::string text;            ///< of a scalar
    std::vector<Node> items;     ///< of a sequence
    std::vector<Entry> entries;  ///< of a map, in order

    bool is_null() const { return kind == Kind::Null; }
    bool is_scalar() const { return kind == Kind::Scalar; }
    bool is_sequence() const { return kind == Kind::Sequence; }
    bool is_map() const { return kind == Kind::Map; }
    /// The value of a key; null if there is none.
    const Node* find(std::string_view key) const;
    Node* find(std::string_view key);
};

struct Entry {
    Node key;
    Node value;
};

/// The node with everything in it, as standing in another source.
Node moved_to_source(Node node, std::uint32_t source);

/// Two values laid over each other, map by map: what `over` has wins.
Node merged(Node base, const Node& over);

/// "a map", "a list", "a value", "nothing": for messages.
std::string_view describe(Node::Kind kind);

/// Reads the one document of a source. Aliases and merge keys (`<<`) are expanded, within limits;
/// duplicate keys, further documents, tags and complex keys are errors. Nothing if no tree came
/// out. `skipped` bytes at the beginning are not YAML (`path=` of an override).
std::optional<Node> parse_document(std::uint32_t source, Reporter& reporter,
                                   std::size_t skipped = 0);

}  // namespace seedwire::scenario
