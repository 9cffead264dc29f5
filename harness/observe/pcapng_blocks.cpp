#include "harness/observe/pcapng_blocks.h"

#include <cstring>

namespace seedwire::observe {

namespace {

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A, kInterfaceDescription = 1, kEnhancedPacket = 6;
constexpr std::uint32_t kDecryptionSecrets = 10, kTlsKeyLog = 0x544C534B;
constexpr std::uint16_t kEndOfOptions = 0, kComment = 1;
constexpr std::uint16_t kApplication = 4;                           // of a section header
constexpr std::uint16_t kName = 2, kDescription = 3, kTsResol = 9;  // of an interface
constexpr std::uint16_t kFlags = 2;                                 // of a packet

std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

void PcapngBlocks::u16(std::uint16_t value) {
    block_.push_back(static_cast<std::uint8_t>(value));
    block_.push_back(static_cast<std::uint8_t>(value >> 8));
}

void PcapngBlocks::u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value));
    u16(static_cast<std::uint16_t>(value >> 16));
}

void PcapngBlocks::bytes(std::span<const std::uint8_t> data) {
    block_.insert(block_.end(), data.begin(), data.end());
    while (block_.size() % 4 != 0) block_.push_back(0);
}

void PcapngBlocks::option(std::uint16_t code, std::string_view text) {
    if (text.empty()) return;
    if (text.size() > 0xffff) text = text.substr(0, 0xffff);
    u16(code);
    u16(static_cast<std::uint16_t>(text.size()));
    bytes(as_bytes(text));
}

void PcapngBlocks::begin(std::uint32_t type) {
    block_.clear();
    u32(type);
    u32(0);  // total length, known at the end
}

void PcapngBlocks::end() {
    u32(kEndOfOptions);  // the code and a length of zero
    finish();
}

void PcapngBlocks::finish() {
    const auto length = static_cast<std::uint32_t>(block_.size() + 4);
    u32(length);
    std::memcpy(block_.data() + 4, block_.data() + block_.size() - 4, 4);
    std::fwrite(block_.data(), 1, block_.size(), out_);
}

void PcapngBlocks::section_header(std::string_view application, std::string_view comment) {
    begin(kSectionHeader);
    u32(0x1A2B3C4D);  // byte order
    u16(1);           // version 1.0
    u16(0);
    u32(0xffffffff);  // length of the section: not given
    u32(0xffffffff);
    option(kComment, comment);
    option(kApplication, application);
    end();
}

void PcapngBlocks::interface(std::string_view name, std::string_view description,
                             std::uint32_t snap_length) {
    begin(kInterfaceDescription);
    u16(kLinkTypeRaw);
    u16(0);
    u32(snap_length);
    option(kName, name);
    option(kDescription, description);
    u16(kTsResol);
    u16(1);
    u32(9);  // 10^-9 s, padded
    end();
}

void PcapngBlocks::tls_key_log(std::string_view lines) {
    begin(kDecryptionSecrets);
    u32(kTlsKeyLog);
    u32(static_cast<std::uint32_t>(lines.size()));
    bytes(as_bytes(lines));
    finish();  // without options, as others write it
}

void PcapngBlocks::packet(std::uint32_t interface, std::uint64_t at_ns,
                          std::span<const std::uint8_t> captured, std::uint32_t original_length,
                          bool outbound, std::string_view comment) {
    begin(kEnhancedPacket);
    u32(interface);
    u32(static_cast<std::uint32_t>(at_ns >> 32));
    u32(static_cast<std::uint32_t>(at_ns));
    u32(static_cast<std::uint32_t>(captured.size()));
    u32(original_length);
    bytes(captured);
    option(kComment, comment);
    u16(kFlags);
    u16(4);
    u32(outbound ? 2 : 1);
    end();
}

}  // namespace seedwire::observe
