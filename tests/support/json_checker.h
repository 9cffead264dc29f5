// Is a text one well-formed JSON value? RFC 8259, for tests: says where it stops being one.
#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace seedwire::test {

class JsonChecker {
public:
    explicit JsonChecker(std::string_view text) : text_{text} {}
    std::string problem() {
        const bool good = value() && (skip(), at_ == text_.size());
        return good ? ""
                    : "not JSON at byte " + std::to_string(at_) + ": " +
                          std::string{text_.substr(at_, 40)};
    }

private:
    void skip() {
        while (at_ < text_.size() &&
               std::string_view{" \t\r\n"}.find(text_[at_]) != std::string_view::npos)
            ++at_;
    }
    bool take(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool word(std::string_view w) {
        if (text_.substr(at_, w.size()) != w) return false;
        at_ += w.size();
        return true;
    }
    bool string() {
        if (!take('"')) return false;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
            if (text_[at_] == '\\') {
                ++at_;
                if (at_ < text_.size() && text_[at_] == 'u') at_ += 4;
            }
            ++at_;
        }
        return at_++ < text_.size();
    }
    bool digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) ++at_;
        return at_ > begin;
    }
    bool number() {
        if (at_ < text_.size() && text_[at_] == '-') ++at_;
        if (!digits()) return false;
        if (at_ < text_.size() && text_[at_] == '.' && (++at_, !digits())) return false;
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
            return digits();
        }
        return true;
    }
    template <class Member>
    bool list(char close, Member member) {
        ++at_;
        if (take(close)) return true;
        do {
            if (!member()) return false;
        } while (take(','));
        return take(close);
    }
    bool value() {
        skip();
        if (at_ >= text_.size()) return false;
        switch (text_[at_]) {
            case '{':
                return list('}', [this] { return string() && take(':') && value(); });
            case '[':
                return list(']', [this] { return value(); });
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

inline std::string json_problem(std::string_view text) { return JsonChecker{text}.problem(); }

}  // namespace seedwire::test
