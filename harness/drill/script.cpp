// How scripts stop.
#include "harness/drill/script.h"

namespace seedwire::drill {

void fail(Position at, std::string message, std::string details) {
    throw Stop{Stop::Kind::Failed, at, std::move(message), std::move(details)};
}

void unsupported(Position at, std::string message) {
    throw Stop{Stop::Kind::Unsupported, at, std::move(message), {}};
}

const Value* Value::field(std::string_view name) const {
    for (const Field& field : fields)
        if (field.name == name) return &field.value.front();
    return nullptr;
}

}  // namespace seedwire::drill
