// Segments for tests, stating only what matters.
#pragma once

#include "models/wire/segment.h"

namespace seedwire {

/// Builds a segment: Make{}.syn().seq(100).mss(1460).
class Make {
public:
    Make& syn() { return flag(wire::flag::kSyn); }
    Make& fin() { return flag(wire::flag::kFin); }
    Make& rst() { return flag(wire::flag::kRst); }
    Make& seq(std::uint32_t value) {
        segment_.seq = wire::SeqNum{value};
        return *this;
    }
    Make& ack(std::uint32_t value) {
        segment_.ack = wire::SeqNum{value};
        return flag(wire::flag::kAck);
    }
    Make& data(std::uint32_t length) {
        segment_.payload.length = length;
        return *this;
    }
    Make& window(std::uint16_t value) {
        segment_.window = value;
        return *this;
    }
    Make& mss(std::uint16_t value) {
        segment_.syn.mss = value;
        return *this;
    }
    Make& timestamps(std::uint32_t value, std::uint32_t echo) {
        segment_.has_timestamps = true;
        segment_.ts_value = value;
        segment_.ts_echo = echo;
        return *this;
    }
    operator const wire::Segment&() const { return segment_; }

private:
    Make& flag(std::uint16_t bits) {
        segment_.flags |= bits;
        return *this;
    }
    wire::Segment segment_;
};

}  // namespace seedwire
