#include "models/tls/key_exchange.h"

#include <algorithm>
#include <array>
#include <span>

namespace seedwire::tls {

namespace {

/// The kinds of public values, told apart by what can be wrong with them.
enum class Form : std::uint8_t {
    None,
    Curve,        ///< 04 x y; off the curve: refused. RFC 8446 §4.2.8.2
    Montgomery,   ///< any bytes but zeros. RFC 7748 §6.1
    FiniteField,  ///< any number but 0 and 1. RFC 7919 §5.1
    Kem,          ///< key: checked, FIPS 203 §7.2; ciphertext: any bytes, §7.3
};

struct Part {
    Form form = Form::None;
    std::uint16_t client = 0, server = 0;  ///< bytes
};

struct Shape {
    Group group;
    std::array<Part, 2> parts;
};

constexpr Part curve(std::uint16_t size) { return {Form::Curve, size, size}; }
constexpr Part montgomery(std::uint16_t size) { return {Form::Montgomery, size, size}; }
constexpr Part kem(std::uint16_t key, std::uint16_t ciphertext) {
    return {Form::Kem, key, ciphertext};
}
constexpr Part field(std::uint16_t size) { return {Form::FiniteField, size, size}; }

constexpr auto kShapes = std::to_array<Shape>({
    {Group::X25519, {montgomery(32)}},
    {Group::Secp256r1, {curve(65)}},
    {Group::Secp384r1, {curve(97)}},
    {Group::Secp521r1, {curve(133)}},
    {Group::X448, {montgomery(56)}},
    {Group::Ffdhe2048, {field(256)}},
    {Group::Ffdhe3072, {field(384)}},
    {Group::Ffdhe4096, {field(512)}},
    {Group::Ffdhe6144, {field(768)}},
    {Group::Ffdhe8192, {field(1024)}},
    {Group::Mlkem512, {kem(800, 768)}},
    {Group::Mlkem768, {kem(1184, 1088)}},
    {Group::Mlkem1024, {kem(1568, 1568)}},
    {Group::X25519Mlkem768, {kem(1184, 1088), montgomery(32)}},
    {Group::Secp256r1Mlkem768, {curve(65), kem(1184, 1088)}},
    {Group::Secp384r1Mlkem1024, {curve(97), kem(1568, 1568)}},
    {Group::P256Kyber512, {curve(65), kem(800, 736)}},
});

const Shape* find_shape(Group group) {
    const auto shape = std::ranges::find(kShapes, group, &Shape::group);
    return shape == kShapes.end() ? nullptr : &*shape;
}

constexpr std::size_t kCheck = 8;  // bytes at the end that stand for "on the curve", "in range"
std::uint64_t check_of(Bytes body) { return hash_bytes(0x706F'696E'74, body); }

void write_part(Form form, std::size_t size, std::uint64_t entropy, bool is_ciphertext,
                ByteWriter& out) {
    const std::size_t begin = out.size();
    const bool is_checked = form == Form::Curve || (form == Form::Kem && !is_ciphertext);
    if (form == Form::Curve) out.u8(4);
    out.filler(entropy, size - (out.size() - begin) - (is_checked ? kCheck : 0));
    if (is_checked) out.u64(check_of(out.written().subspan(begin)));
}

bool is_zero_or_one(Bytes value) {
    const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
    return std::ranges::all_of(value.first(value.size() - 1), is_zero) && value.back() <= 1;
}

bool is_valid(Form form, Bytes value, bool is_ciphertext) {
    switch (form) {
        case Form::None:
            return false;
        case Form::Montgomery:
            return std::ranges::any_of(value, [](std::uint8_t byte) { return byte != 0; });
        case Form::FiniteField:
            return !is_zero_or_one(value);
        case Form::Kem:
            if (is_ciphertext) return true;
            break;
        case Form::Curve:
            if (value[0] != 4) return false;
            break;
    }
    ByteReader check{value.last(kCheck)};
    return check.u64() == check_of(value.first(value.size() - kCheck));
}

}  // namespace

void write_share(Group group, Role role, std::uint64_t entropy, ByteWriter& out) {
    const Shape* shape = find_shape(group);
    SEEDWIRE_ASSERT(shape != nullptr);
    for (const Part& part : shape->parts) {
        if (part.form == Form::None) continue;
        const bool is_server = role == Role::Server;
        write_part(part.form, is_server ? part.server : part.client, entropy, is_server, out);
        entropy = stable_hash(entropy);
    }
}

std::optional<Alert> check_share(Group group, Role role, Bytes share) {
    const Shape* shape = find_shape(group);
    if (shape == nullptr) return Alert::IllegalParameter;
    ByteReader reader{share};
    const bool is_server = role == Role::Server;
    for (const Part& part : shape->parts) {
        if (part.form == Form::None) continue;
        const Bytes value = reader.take(is_server ? part.server : part.client);
        if (reader.failed() || !is_valid(part.form, value, is_server))
            return Alert::IllegalParameter;
    }
    return reader.is_complete() ? std::nullopt : std::optional{Alert::IllegalParameter};
}

Secret agree(Group group, Bytes client_share, Bytes server_share) {
    const std::uint64_t seed = stable_hash(static_cast<std::uint64_t>(group));
    return combine_hash(hash_bytes(seed, client_share), hash_bytes(seed, server_share));
}

}  // namespace seedwire::tls
