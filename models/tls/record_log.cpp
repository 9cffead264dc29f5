#include "models/tls/record_log.h"

#include <algorithm>

namespace seedwire::tls {

void RecordLog::clear() {
    records_.clear();
    pieces_.clear();
    block_ = used_ = 0;
    first_ = end_ = 0;
    keeps_ = has_loose_ = false;
}

void RecordLog::trim() {
    if (!records_.empty() || has_loose_) return;
    records_ = Ring<Record>{};
    pieces_ = std::vector<Piece>{};
    blocks_ = std::vector<Block>{};
    block_ = used_ = 0;
}

std::span<std::uint8_t> RecordLog::allocate(std::size_t size) {
    while (block_ < blocks_.size() && blocks_[block_].size - used_ < size) {
        ++block_;
        used_ = 0;
    }
    if (block_ == blocks_.size()) {
        const std::size_t bytes = std::max(size, kBlock);
        blocks_.push_back({std::make_unique_for_overwrite<std::uint8_t[]>(bytes), bytes});
        used_ = 0;
    }
    std::uint8_t* at = blocks_[block_].bytes.get() + used_;
    used_ += size;
    has_loose_ = true;
    return {at, size};
}

void RecordLog::shrink_last(std::size_t allocated, std::size_t used) {
    SEEDWIRE_ASSERT(used <= allocated);
    SEEDWIRE_ASSERT(allocated <= used_);
    used_ -= allocated - used;
}

std::uint64_t RecordLog::append(Record record, std::span<const Piece> pieces) {
    record.begin = end_;
    record.first_piece = static_cast<std::uint32_t>(pieces_.size());
    record.pieces = static_cast<std::uint32_t>(pieces.size());
    pieces_.insert(pieces_.end(), pieces.begin(), pieces.end());
    records_.push_back(record);
    end_ = record.end();
    has_loose_ = false;
    return count() - 1;
}

void RecordLog::append_bytes(Bytes bytes) {
    const std::span<std::uint8_t> copy = allocate(bytes.size());
    std::ranges::copy(bytes, copy.begin());
    for (Bytes rest = copy; !rest.empty();) {
        Record record;
        std::uint8_t header[kRecordHeader] = {};
        const std::size_t present = std::min<std::size_t>(rest.size(), kRecordHeader);
        std::copy_n(rest.begin(), present, header);
        record.type = header[0];
        record.version = static_cast<std::uint16_t>(header[1] << 8 | header[2]);
        record.length = static_cast<std::uint16_t>(header[3] << 8 | header[4]);
        // An incomplete header promises at least a record of that header.
        rest = rest.subspan(present);
        const auto length = std::min<std::size_t>(rest.size(), record.length);
        record.content = record.length;
        const Piece piece{rest.data(), static_cast<std::uint32_t>(length)};
        append(record, {&piece, length > 0 ? 1U : 0U});
        if (present < kRecordHeader || length < record.length) {
            end_ = records_.back().begin + present + length;
            return;
        }
        rest = rest.subspan(length);
    }
}

void RecordLog::consume(std::uint64_t number) {
    if (keeps_) return;
    while (first_ < number) {
        records_.pop_front();
        ++first_;
    }
    if (!records_.empty() || has_loose_) return;
    pieces_.clear();
    block_ = used_ = 0;
}

std::size_t RecordLog::memory() const {
    std::size_t sum = records_.capacity() * sizeof(Record) + pieces_.capacity() * sizeof(Piece) +
                      blocks_.capacity() * sizeof(Block);
    for (const Block& block : blocks_) sum += block.size;
    return sum;
}

}  // namespace seedwire::tls
