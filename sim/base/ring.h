// A first-in first-out buffer for hot paths: contiguous, growing by doubling, never shrinking by
// itself.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "sim/base/assert.h"

namespace seedwire {

/// What std::deque offers at its ends, in one power-of-two array: no allocation once it has grown
/// to its largest size. Position 0 is the front.
template <class T>
class Ring {
public:
    Ring() = default;
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    Ring(Ring&& other) noexcept
        : slots_{std::exchange(other.slots_, nullptr)},
          capacity_{std::exchange(other.capacity_, 0)},
          first_{std::exchange(other.first_, 0)},
          size_{std::exchange(other.size_, 0)} {}
    Ring& operator=(Ring&& other) noexcept {
        std::swap(slots_, other.slots_);
        std::swap(capacity_, other.capacity_);
        std::swap(first_, other.first_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Ring() { release(); }

    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }

    T& operator[](std::size_t position) { return slots_[index(position)]; }
    const T& operator[](std::size_t position) const { return slots_[index(position)]; }
    T& front() { return checked(0); }
    const T& front() const { return checked(0); }
    T& back() { return checked(std::size_t{size_} - 1); }
    const T& back() const { return checked(std::size_t{size_} - 1); }

    void push_back(const T& value) { emplace_back(value); }
    void push_back(T&& value) { emplace_back(std::move(value)); }
    template <class... Arguments>
    T& emplace_back(Arguments&&... arguments) {
        if (size_ == capacity_) {
            // Made before growing: an argument may refer into this ring.
            T value(std::forward<Arguments>(arguments)...);
            grow(capacity_ == 0 ? kFirstCapacity : std::size_t{2} * capacity_);
            return place_back(std::move(value));
        }
        return place_back(std::forward<Arguments>(arguments)...);
    }
    void push_front(T value) {
        if (size_ == capacity_) grow(capacity_ == 0 ? kFirstCapacity : std::size_t{2} * capacity_);
        first_ = (first_ - 1) & (capacity_ - 1);
        std::construct_at(slots_ + first_, std::move(value));
        ++size_;
    }
    void pop_front() {
        std::destroy_at(&checked(0));
        first_ = (first_ + 1) & (capacity_ - 1);
        --size_;
    }
    void pop_back() {
        std::destroy_at(&checked(std::size_t{size_} - 1));
        --size_;
    }
    /// The front, taken out.
    T take_front() {
        T value = std::move(checked(0));
        pop_front();
        return value;
    }
    void clear() {
        for (std::size_t i = 0; i < size_; ++i) std::destroy_at(slots_ + index(i));
        first_ = size_ = 0;
    }
    void reserve(std::size_t count) {
        if (count > capacity_) grow(std::bit_ceil(count));
    }
    /// Empties the ring and gives its memory back.
    void release() {
        clear();
        if (slots_ != nullptr) std::allocator<T>{}.deallocate(slots_, capacity_);
        slots_ = nullptr;
        capacity_ = 0;
    }

private:
    // Most rings of most connections never hold more than one or two elements.
    static constexpr std::size_t kFirstCapacity = 2;

    std::size_t index(std::size_t position) const { return (first_ + position) & (capacity_ - 1); }
    T& checked(std::size_t position) const {
        SEEDWIRE_ASSERT(size_ > 0);
        return slots_[index(position)];
    }
    template <class... Arguments>
    T& place_back(Arguments&&... arguments) {
        T* slot = std::construct_at(slots_ + index(size_), std::forward<Arguments>(arguments)...);
        ++size_;
        return *slot;
    }
    void grow(std::size_t capacity) {
        SEEDWIRE_ASSERT(capacity <= std::size_t{1} << 31);
        T* slots = std::allocator<T>{}.allocate(capacity);
        for (std::size_t i = 0; i < size_; ++i) {
            T& old = slots_[index(i)];
            std::construct_at(slots + i, std::move(old));
            std::destroy_at(&old);
        }
        if (slots_ != nullptr) std::allocator<T>{}.deallocate(slots_, capacity_);
        slots_ = slots;
        capacity_ = static_cast<std::uint32_t>(capacity);
        first_ = 0;
    }

    T* slots_ = nullptr;
    std::uint32_t capacity_ = 0;  // zero or a power of two
    std::uint32_t first_ = 0;
    std::uint32_t size_ = 0;
};

}  // namespace seedwire
