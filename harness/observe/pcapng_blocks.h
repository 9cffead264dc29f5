// The blocks of a pcapng file (IETF draft-ietf-opsawg-pcapng, version 1.0), little-endian.
#pragma once

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seedwire::observe {

/// Link type RAW: packets begin with the IPv4 header.
constexpr std::uint16_t kLinkTypeRaw = 101;

/// Writes blocks to a stream that belongs to the caller, who also looks for its errors.
class PcapngBlocks {
public:
    explicit PcapngBlocks(std::FILE* out) : out_{out} {}
    void section_header(std::string_view application, std::string_view comment);
    /// Interfaces are numbered from 0 in the order of these calls. Timestamps are nanoseconds.
    void interface(std::string_view name, std::string_view description, std::uint32_t snap_length);
    /// Lines of a TLS key log, for the packets that follow.
    void tls_key_log(std::string_view lines);
    void packet(std::uint32_t interface, std::uint64_t at_ns,
                std::span<const std::uint8_t> captured, std::uint32_t original_length,
                bool outbound, std::string_view comment);

private:
    void begin(std::uint32_t type);
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void bytes(std::span<const std::uint8_t> data);  ///< padded to four
    void option(std::uint16_t code, std::string_view text);
    void finish();  ///< writes the block
    void end();     ///< the same, behind its options

    std::FILE* out_;
    std::vector<std::uint8_t> block_;
};

}  // namespace seedwire::observe
