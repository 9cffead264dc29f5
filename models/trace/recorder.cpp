// Sorts observers by what they watch, so that a record nobody wants costs one comparison.
#include "models/trace/recorder.h"

namespace seedwire::trace {

void Recorder::add(Observer& observer, unsigned interests) {
    all_.push_back(&observer);
    if ((interests & kPackets) != 0) packets_.push_back(&observer);
    if ((interests & kTcp) != 0) tcp_.push_back(&observer);
    if ((interests & kWindows) != 0) windows_.push_back(&observer);
    if ((interests & kApplications) != 0) applications_.push_back(&observer);
    if ((interests & kTls) != 0) tls_.push_back(&observer);
}

void Recorder::clear() {
    for (auto* list : {&all_, &packets_, &tcp_, &windows_, &applications_, &tls_}) list->clear();
}

}  // namespace seedwire::trace
