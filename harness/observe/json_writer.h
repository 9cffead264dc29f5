// Writes JSON (RFC 8259) piece by piece: commas, quotes and nesting are its business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace seedwire::observe {

class JsonWriter {
public:
    /// Indented for people where `pretty`; the text is otherwise the same.
    explicit JsonWriter(bool pretty) : pretty_{pretty} {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view{text}); }
    JsonWriter& value(bool truth);
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(std::uint64_t number);
    JsonWriter& value(std::uint32_t number) { return value(std::uint64_t{number}); }
    JsonWriter& value(int number) { return value(std::int64_t{number}); }
    JsonWriter& null();
    /// A number already written in JSON's form.
    JsonWriter& raw(std::string_view number);

    template <class T>
    JsonWriter& field(std::string_view name, const T& v) {
        return key(name).value(v);
    }
    /// The text so far, with a line break at its end.
    std::string take();

private:
    void separate();
    void line();
    void close(char bracket);

    bool pretty_;
    bool first_ = true, after_key_ = false;
    int depth_ = 0;
    std::string text_;
};

}  // namespace seedwire::observe
