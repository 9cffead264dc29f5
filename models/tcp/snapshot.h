// What may be observed of a connection, gathered from its parts. Linux, `tcp_get_info`.
#pragma once

#include "models/tcp/parts.h"

namespace seedwire::tcp {

Glance take_glance(const Connection& c);
Info take_info(const Connection& c, Time now);
Remains take_remains(const Connection& c);
PathExperience take_experience(const Connection& c);

}  // namespace seedwire::tcp
