// The written form of IPv4 addresses: four decimal numbers without leading zeros. RFC 791 §3.2.
#include "models/wire/address.h"

namespace seedwire::wire {

std::optional<Address> parse_address(std::string_view text) {
    std::uint32_t value = 0;
    std::size_t at = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0) {
            if (at >= text.size() || text[at] != '.') return std::nullopt;
            ++at;
        }
        const std::size_t begin = at;
        std::uint32_t number = 0;
        while (at < text.size() && at - begin < 3 && text[at] >= '0' && text[at] <= '9') {
            number = number * 10 + static_cast<std::uint32_t>(text[at] - '0');
            ++at;
        }
        // A leading zero reads as octal elsewhere: 010.0.0.1 would mean two things.
        const bool leading_zero = at - begin > 1 && text[begin] == '0';
        if (at == begin || number > 255 || leading_zero) return std::nullopt;
        value = value << 8 | number;
    }
    if (at != text.size()) return std::nullopt;
    return Address{value};
}

std::string to_string(Address address) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        if (!text.empty()) text += '.';
        text += std::to_string(address.value >> shift & 0xFF);
    }
    return text;
}

}  // namespace seedwire::wire
