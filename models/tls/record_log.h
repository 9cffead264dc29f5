// What one direction of a connection carries in records: the side channel beside TCP, whose streams
// have offsets but no bytes. RFC 8446 §5.
//
// The sender appends records, each of which takes a range of the TCP stream, and writes that many
// bytes to TCP. The receiver tells how many bytes have arrived in order and takes the records that
// are complete by then. Loss, reordering and segmentation below are TCP's business and cannot be
// seen here; a connection that ends in the middle of a record shows the receiver a record whose
// last byte never comes. Who stands between the two ends may damage, replace, insert or copy
// records.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/tls/bytes.h"
#include "models/tls/secrets.h"
#include "models/tls/types.h"
#include "sim/base/ring.h"

namespace seedwire::tls {

constexpr std::uint32_t kRecordHeader = 5;  ///< bytes; RFC 8446 §5.1

/// A run of content bytes, in storage that outlives the record.
struct Piece {
    const std::uint8_t* data = nullptr;
    std::uint32_t length = 0;
};

/// One record as it stands on the wire, and what is inside.
struct Record {
    std::uint64_t begin = 0;   ///< stream offset of its header
    std::uint16_t length = 0;  ///< the length field: it takes kRecordHeader + length bytes
    std::uint16_t version = kTls12;
    std::uint8_t type = 0;          ///< outer; any byte may come from a peer
    std::uint8_t inner_type = 0;    ///< of protected content; 0: it has no non-zero byte (§5.4)
    Epoch epoch = Epoch::Plain;     ///< as the sender sees it; for observers
    bool is_damaged = false;        ///< changed on the way: does not authenticate
    Secret key = 0;                 ///< that sealed it; 0: not protected
    std::uint64_t sequence = 0;     ///< under this key
    std::uint32_t content = 0;      ///< bytes, without inner type, padding and tag
    std::uint32_t padding = 0;      ///< zero bytes behind the inner type
    std::uint64_t data_offset = 0;  ///< application data: where in the sender's application stream
    std::uint32_t first_piece = 0, pieces = 0;  ///< handshake and alert content

    std::uint64_t end() const { return begin + kRecordHeader + length; }
};

/// The records of one direction from the first byte of the connection on. Forgets records that the
/// receiver has consumed, unless told to keep them for somebody who looks at retransmissions.
class RecordLog {
public:
    RecordLog() = default;
    RecordLog(const RecordLog&) = delete;
    RecordLog& operator=(const RecordLog&) = delete;
    RecordLog(RecordLog&&) noexcept = default;
    RecordLog& operator=(RecordLog&&) noexcept = default;

    /// As new, but with the memory it had: for the next connection.
    void clear();
    void keep_consumed() { keeps_ = true; }
    /// Gives memory back if nothing is in the log: for a connection that will be idle.
    void trim();

    // --- the sender ---
    /// Storage for content, stable until the record is consumed.
    std::span<std::uint8_t> allocate(std::size_t size);
    /// Gives back the end of the last allocate(): only `used` bytes of it are needed.
    void shrink_last(std::size_t allocated, std::size_t used);
    /// Appends a record that begins at end(); sets its begin and pieces. Returns its number.
    std::uint64_t append(Record record, std::span<const Piece> pieces);
    /// Raw bytes, cut into plain records as their headers say; a record may stay incomplete. Only
    /// as the last thing that is sent.
    void append_bytes(Bytes bytes);
    std::uint64_t end() const { return end_; }  ///< bytes of the stream described so far

    // --- the receiver ---
    std::uint64_t first() const { return first_; }  ///< number of the oldest record kept
    std::uint64_t count() const { return first_ + records_.size(); }
    const Record& operator[](std::uint64_t number) const { return records_[number - first_]; }
    std::span<const Piece> pieces(const Record& record) const {
        return {pieces_.data() + record.first_piece, record.pieces};
    }
    /// The receiver is done with records below `number`.
    void consume(std::uint64_t number);

    // --- whoever stands between ---
    Record& change(std::uint64_t number) { return records_[number - first_]; }

    std::size_t memory() const;  ///< bytes held

private:
    static constexpr std::size_t kBlock = 4096;
    struct Block {
        std::unique_ptr<std::uint8_t[]> bytes;
        std::size_t size = 0;
    };

    Ring<Record> records_;
    std::vector<Piece> pieces_;
    std::vector<Block> blocks_;
    std::size_t block_ = 0, used_ = 0;  ///< the block being filled, and how far
    std::uint64_t first_ = 0, end_ = 0;
    bool keeps_ = false;
    bool has_loose_ = false;  ///< storage was handed out that no record refers to yet
};

}  // namespace seedwire::tls
