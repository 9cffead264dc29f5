#include "harness/observe/tls_cipher.h"

#include "models/tls/algorithms.h"
#include "sim/base/assert.h"

#ifdef SEEDWIRE_LIBCRYPTO
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>
#endif

namespace seedwire::observe {

#ifdef SEEDWIRE_LIBCRYPTO

namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* cipher_of(tls::Suite suite) {
    switch (suite) {
        case tls::Suite::Aes128GcmSha256:
            return EVP_aes_128_gcm();
        case tls::Suite::Aes256GcmSha384:
            return EVP_aes_256_gcm();
        case tls::Suite::Chacha20Poly1305Sha256:
            return EVP_chacha20_poly1305();
        case tls::Suite::Aes128CcmSha256:
        case tls::Suite::Aes128Ccm8Sha256:
            return EVP_aes_128_ccm();
        case tls::Suite::None:
            break;
    }
    return nullptr;
}

/// libcrypto fails for want of memory alone, given what we hand it.
void check(int result) { SEEDWIRE_ASSERT(result > 0); }

}  // namespace

bool can_seal() { return true; }

Octets hmac(std::size_t hash, OctetView key, OctetView data) {
    Octets out(hash);
    unsigned int length = 0;
    const EVP_MD* algorithm = hash == 48 ? EVP_sha384() : EVP_sha256();
    const auto* done = HMAC(algorithm, key.data(), static_cast<int>(key.size()), data.data(),
                            data.size(), out.data(), &length);
    SEEDWIRE_ASSERT(done != nullptr && length == hash);
    return out;
}

Octets seal(tls::Suite suite, OctetView key, OctetView nonce, OctetView additional,
            OctetView content) {
    const bool is_ccm =
        suite == tls::Suite::Aes128CcmSha256 || suite == tls::Suite::Aes128Ccm8Sha256;
    const int tag = tls::facts(suite).tag;
    const auto size = static_cast<int>(content.size());
    Octets out(content.size() + static_cast<std::size_t>(tag));
    const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> owner{EVP_CIPHER_CTX_new()};
    EVP_CIPHER_CTX* c = owner.get();
    int length = 0;
    check(EVP_EncryptInit_ex(c, cipher_of(suite), nullptr, nullptr, nullptr));
    check(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(nonce.size()), nullptr));
    if (is_ccm) check(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, tag, nullptr));
    check(EVP_EncryptInit_ex(c, nullptr, nullptr, key.data(), nonce.data()));
    // CCM has to know all lengths before it begins.
    if (is_ccm) check(EVP_EncryptUpdate(c, nullptr, &length, nullptr, size));
    check(EVP_EncryptUpdate(c, nullptr, &length, additional.data(),
                            static_cast<int>(additional.size())));
    check(EVP_EncryptUpdate(c, out.data(), &length, content.data(), size));
    check(EVP_EncryptFinal_ex(c, out.data() + length, &length));
    check(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag, out.data() + content.size()));
    return out;
}

#else

bool can_seal() { return false; }

Octets hmac(std::size_t, OctetView, OctetView) {
    SEEDWIRE_ASSERT(can_seal());
    return {};
}

Octets seal(tls::Suite, OctetView, OctetView, OctetView, OctetView) {
    SEEDWIRE_ASSERT(can_seal());
    return {};
}

#endif

Octets expand_label(std::size_t hash, OctetView secret, std::string_view label,
                    std::size_t length) {
    SEEDWIRE_ASSERT(length <= hash);
    constexpr std::string_view kPrefix = "tls13 ";
    Octets info = {static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length),
                   static_cast<std::uint8_t>(kPrefix.size() + label.size())};
    info.insert(info.end(), kPrefix.begin(), kPrefix.end());
    info.insert(info.end(), label.begin(), label.end());
    info.push_back(0);  // no context
    info.push_back(1);  // the first block, RFC 5869 §2.3
    Octets out = hmac(hash, secret, info);
    out.resize(length);
    return out;
}

Octets expand_tls12(std::size_t hash, OctetView secret, std::string_view label, OctetView seed,
                    std::size_t length) {
    Octets labelled{label.begin(), label.end()};
    labelled.insert(labelled.end(), seed.begin(), seed.end());
    Octets out, chained = labelled;
    while (out.size() < length) {
        chained = hmac(hash, secret, chained);
        Octets block = chained;
        block.insert(block.end(), labelled.begin(), labelled.end());
        block = hmac(hash, secret, block);
        out.insert(out.end(), block.begin(), block.end());
    }
    out.resize(length);
    return out;
}

}  // namespace seedwire::observe
