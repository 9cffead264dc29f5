// A hash table from keys to dense indices, for look-ups on hot paths.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/stable_hash.h"

namespace seedwire {

/// Hashes integers and enumerations.
struct IntegerHash {
    template <class Key>
    constexpr std::uint64_t operator()(Key key) const {
        return stable_hash(static_cast<std::uint64_t>(key));
    }
};

/// Open addressing with linear probing; a removal shifts later entries back, so nothing wears out.
/// It deliberately cannot be iterated: no order of a hash table can leak into a run. `Key` is
/// small, copyable and comparable; values are below UINT32_MAX, which marks a free slot.
template <class Key, class Hash = IntegerHash>
class FlatMap {
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    /// The value of `key`, or kNone.
    std::uint32_t find(const Key& key) const {
        if (size_ == 0) return kNone;
        for (std::size_t i = home(key);; i = (i + 1) & mask()) {
            if (slots_[i].value == kNone || slots_[i].key == key) return slots_[i].value;
        }
    }
    bool contains(const Key& key) const { return find(key) != kNone; }

    /// Adds a key that is not there yet; false and no change if it is.
    bool insert(const Key& key, std::uint32_t value) {
        SEEDWIRE_ASSERT(value != kNone);
        if (4 * (size_ + 1) > 3 * slots_.size()) rehash(slots_.empty() ? 16 : 2 * slots_.size());
        std::size_t i = home(key);
        for (; slots_[i].value != kNone; i = (i + 1) & mask()) {
            if (slots_[i].key == key) return false;
        }
        slots_[i] = {key, value};
        ++size_;
        return true;
    }
    /// Adds the key or replaces its value.
    void set(const Key& key, std::uint32_t value) {
        SEEDWIRE_ASSERT(value != kNone);
        if (size_ > 0) {
            for (std::size_t i = home(key); slots_[i].value != kNone; i = (i + 1) & mask()) {
                if (slots_[i].key == key) {
                    slots_[i].value = value;
                    return;
                }
            }
        }
        insert(key, value);
    }
    /// Removes the key; false if it was not there.
    bool erase(const Key& key) {
        if (size_ == 0) return false;
        std::size_t hole = home(key);
        for (;; hole = (hole + 1) & mask()) {
            if (slots_[hole].value == kNone) return false;
            if (slots_[hole].key == key) break;
        }
        // Whoever follows without a gap moves back, unless that would put it before its home.
        for (std::size_t i = (hole + 1) & mask(); slots_[i].value != kNone; i = (i + 1) & mask()) {
            const std::size_t distance_from_home = (i - home(slots_[i].key)) & mask();
            if (distance_from_home >= ((i - hole) & mask())) {
                slots_[hole] = slots_[i];
                hole = i;
            }
        }
        slots_[hole].value = kNone;
        --size_;
        return true;
    }
    void clear() {
        for (Slot& slot : slots_) slot.value = kNone;
        size_ = 0;
    }
    /// Makes room for `count` keys without another allocation.
    void reserve(std::size_t count) {
        const std::size_t wanted = std::bit_ceil(count + count / 2 + 8);
        if (wanted > slots_.size()) rehash(wanted);
    }

private:
    struct Slot {
        Key key{};
        std::uint32_t value = kNone;
    };

    std::size_t mask() const { return slots_.size() - 1; }
    std::size_t home(const Key& key) const {
        return static_cast<std::size_t>(Hash{}(key)) & mask();
    }
    void rehash(std::size_t capacity) {
        std::vector<Slot> old(capacity);
        old.swap(slots_);
        for (const Slot& slot : old) {
            if (slot.value == kNone) continue;
            std::size_t i = home(slot.key);
            while (slots_[i].value != kNone) i = (i + 1) & mask();
            slots_[i] = slot;
        }
    }

    std::vector<Slot> slots_;  // empty, or a power of two
    std::size_t size_ = 0;
};

}  // namespace seedwire
