// A growing table for records that live as long as a run: no copying, no room for twice as many.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace seedwire {

/// A vector in chunks of 2^kChunkBits elements. Growing leaves all elements where they are, and at
/// most one chunk is not full: what std::vector would reserve for growth can be most of the memory
/// of 100,000 connections.
template <class T, unsigned kChunkBits = 6>
class ChunkedVector {
public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    T& operator[](std::size_t i) { return chunks_[i >> kChunkBits][i & kMask]; }
    const T& operator[](std::size_t i) const { return chunks_[i >> kChunkBits][i & kMask]; }

    T& push_back(T value) {
        if (size_ == chunks_.size() << kChunkBits) chunks_.push_back(make_chunk());
        T& place = (*this)[size_++];
        place = std::move(value);
        return place;
    }
    /// Makes it at least that long; new elements are default-constructed.
    void extend_to(std::size_t size) {
        while (chunks_.size() << kChunkBits < size) chunks_.push_back(make_chunk());
        if (size > size_) size_ = size;
    }

private:
    static constexpr std::size_t kMask = (std::size_t{1} << kChunkBits) - 1;
    using Chunk = std::unique_ptr<T[]>;

    static Chunk make_chunk() { return std::make_unique<T[]>(kMask + 1); }

    std::vector<Chunk> chunks_;
    std::size_t size_ = 0;
};

}  // namespace seedwire
