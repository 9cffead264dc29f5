// Resumption, early data, records, closing.
#include "tests/models/tls/conformance_cases.h"

namespace seedwire::tls {

namespace {

void send_early(Scene& s) {
    s.resumes = true;
    s.client().early_data = s.server().max_early_data = 16'384;
    s.early = 100;
}
bool was_accepted(Scene& s) {
    return is_connected(s) && s.machine_end().info().early_data == EarlyDataStatus::Accepted;
}
bool was_refused(Scene& s) {
    return is_connected(s) && s.machine_end().info().early_data == EarlyDataStatus::Refused;
}
bool is_full(Scene& s) { return is_connected(s) && !s.machine_end().info().is_resumed; }
void resume(Scene& s) { s.resumes = true; }
void edit_psk(Scene& s, std::function<void(Octets&)> change) {
    s.resumes = true;
    edit(s,
         on_extensions(ClientHello, [=](Parsed& hello) { change(*hello.find(X::PreSharedKey)); }));
}
/// First record of the early data.
Editor on_early_data(std::function<void(WireRecord&)> change) {
    return [=](std::vector<WireRecord>& stream) {
        for (WireRecord& wire : stream)
            if (wire.record.epoch == Epoch::Early && wire.type() == 23) return change(wire);
    };
}
/// The message that the machine of this role must take with keys: of the other end.
HandshakeType protected_from_peer(Scene& s) {
    return s.machine_is_client() ? EncryptedExtensions : Finished;
}
WireRecord key_update(int value) {
    return sealed(ContentType::Handshake, handshake(KeyUpdate, octets({value})));
}
WireRecord data(std::size_t bytes) { return sealed(ContentType::ApplicationData, Octets(bytes)); }
WireRecord alert(int level, int description) {
    return sealed(ContentType::Alert, octets({level, description}));
}
/// A record cut in two, with something between the halves.
void interleave(Scene& s, WireRecord between) {
    const HandshakeType type = protected_from_peer(s);
    edit(s, [=, done = std::make_shared<bool>(false)](std::vector<WireRecord>& stream) {
        for (std::size_t i = 0; i < stream.size() && !*done; ++i) {
            if (stream[i].message() != type) continue;
            WireRecord rest = stream[i];
            rest.content.erase(rest.content.begin(), rest.content.begin() + 3);
            stream[i].content.resize(3);
            WireRecord extra = between;
            if (extra.record.key == 1) extra.record.key = rest.record.key;
            stream.insert(stream.begin() + static_cast<std::ptrdiff_t>(i) + 1, {extra, rest});
            *done = true;
        }
    });
}

const std::vector<ConformanceCase> kResumption = {
    {"§2.2", kServer, "resumption", std::nullopt, resume,
     [](Scene& s) { return is_connected(s) && s.machine_end().info().is_resumed; }},
    {"T095", kServer, "pre_shared_key is not last", Alert::IllegalParameter,
     [](Scene& s) {
         s.resumes = true;
         edit(s, on_extensions(ClientHello, [](Parsed& hello) {
                  hello.extensions.emplace_back(std::uint16_t{0xFAFA}, Octets{});
              }));
     }},
    {"T097", kServer, "fewer binders than identities", Alert::IllegalParameter,
     [](Scene& s) {
         edit_psk(s, [](Octets& body) {
             const Octets extra = octets({0, 1, 9, 0, 0, 0, 0});
             const std::size_t end = 2U + static_cast<std::size_t>(body[0] << 8 | body[1]);
             body.insert(body.begin() + static_cast<std::ptrdiff_t>(end), extra.begin(),
                         extra.end());
             body[0] = static_cast<std::uint8_t>((end + 5) >> 8);
             body[1] = static_cast<std::uint8_t>(end + 5);
         });
     }},
    {"T098", kServer, "empty list of binders", Alert::DecodeError,
     [](Scene& s) {
         edit_psk(s, [](Octets& body) {
             const std::size_t end = 2U + static_cast<std::size_t>(body[0] << 8 | body[1]);
             body.resize(end);
             body.insert(body.end(), {0, 0});
         });
     }},
    {"§4.2.11", kServer, "wrong binder", Alert::DecryptError,
     [](Scene& s) { edit_psk(s, flip_last); }},
    {"§4.2.9", kServer, "PSK without psk_key_exchange_modes", Alert::MissingExtension,
     [](Scene& s) {
         s.resumes = true;
         remove_extension(s, ClientHello, X::PskKeyExchangeModes);
     }},
    {"§4.2.3", kServer, "refused PSK and no signature_algorithms", Alert::MissingExtension,
     [](Scene& s) {
         s.resumes = true;
         s.before_second = [](Scene& scene) { scene.tickets.rotate_key(); };
         remove_extension(s, ClientHello, X::SignatureAlgorithms);
     }},
    {"§9.2", kServer, "refused PSK, no groups and no share", Alert::MissingExtension,
     [](Scene& s) {
         s.resumes = true;
         s.before_second = [](Scene& scene) { scene.tickets.rotate_key(); };
         remove_extension(s, ClientHello, X::SupportedGroups);
         remove_extension(s, ClientHello, X::KeyShare);
     }},
    {"T100", kServer, "unknown ticket", std::nullopt,
     [](Scene& s) {
         s.resumes = true;
         s.before_second = [](Scene& scene) { scene.tickets.rotate_key(); };
     },
     is_full},
    {"T101", kServer, "ticket of another hash than the suite's", std::nullopt,
     [](Scene& s) {
         s.resumes = true;
         s.client().suites = {Suite::Aes256GcmSha384, Suite::Aes128GcmSha256};
         s.before_second = [](Scene& scene) { scene.server().suites = {Suite::Aes128GcmSha256}; };
     },
     is_full},
    {"§4.6.1", kServer, "expired ticket", std::nullopt,
     [](Scene& s) {
         s.resumes = true;
         s.server().ticket_lifetime = 60;
         s.before_second = [](Scene& scene) {
             scene.now += Duration::s(59);
             scene.tickets.rotate_key();
         };
     },
     is_full},
    {"T103", kClient, "PSK without key_share, psk_dhe_ke alone offered", Alert::MissingExtension,
     [](Scene& s) {
         s.resumes = true;
         remove_extension(s, ServerHello, X::KeyShare);
     }},
    {"§4.2.11", kClient, "an identity that was not offered", Alert::IllegalParameter,
     [](Scene& s) {
         s.resumes = true;
         edit_extension(s, ServerHello, X::PreSharedKey, octets({0, 1}));
     }},
    {"§2.2", kClient, "PSK alone, without key exchange", std::nullopt,
     [](Scene& s) {
         s.resumes = true;
         s.client().offers_psk_dhe = false;
         s.client().offers_psk_only = s.server().accepts_psk_only = true;
     },
     [](Scene& s) {
         const Info& info = s.machine_end().info();
         return is_connected(s) && info.is_resumed && !info.used_dhe;
     }},
    {"T104", kClient, "NewSessionTicket with an empty ticket", Alert::DecodeError,
     [](Scene& s) {
         s.afterwards = [](Scene& scene) {
             scene.say(sealed(
                 ContentType::Handshake,
                 handshake(NewSessionTicket, octets({0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))));
         };
     }},
    {"§4.2.10", kServer, "0-RTT", std::nullopt, send_early, was_accepted},
    {"§4.2.10", kClient, "0-RTT", std::nullopt, send_early, was_accepted},
    {"T106", kClient, "early data accepted under another protocol", Alert::IllegalParameter,
     [](Scene& s) {
         send_early(s);
         s.client().alpn = {"h2", "h3"};
         s.server().alpn = {"h2"};
         edit_extension(s, EncryptedExtensions, X::Alpn, octets({0, 3, 2, 'h', '3'}));
     }},
    {"T108", kClient, "early data accepted that was not offered", Alert::UnsupportedExtension,
     [](Scene& s) { edit_extension(s, EncryptedExtensions, X::EarlyData, {}); }},
    {"T109", kServer, "early data that is refused", std::nullopt,
     [](Scene& s) {
         send_early(s);
         s.before_second = [](Scene& scene) { scene.server().max_early_data = 0; };
     },
     was_refused},
    {"§4.2.10", kServer, "early data with a ticket that is refused", std::nullopt,
     [](Scene& s) {
         send_early(s);
         s.before_second = [](Scene& scene) { scene.tickets.rotate_key(); };
     },
     was_refused},
    {"§4.2.10", kServer, "early data before a HelloRetryRequest", std::nullopt,
     [](Scene& s) {
         send_early(s);
         s.before_second = force_retry;
     },
     was_refused},
    {"§4.2.10", kServer, "more refused early data than is skipped", Alert::UnexpectedMessage,
     [](Scene& s) {
         send_early(s);
         s.machine.skip_budget = 64;
         s.before_second = [](Scene& scene) { scene.server().max_early_data = 0; };
     }},
    {"T111", kServer, "more early data than max_early_data_size", Alert::UnexpectedMessage,
     [](Scene& s) {
         send_early(s);
         s.before_second = [](Scene& scene) { scene.server().max_early_data = 50; };
     }},
    {"T112", kServer, "no EndOfEarlyData", Alert::BadRecordMac,
     [](Scene& s) {
         send_early(s);
         edit(s, drop(EndOfEarlyData));
     }},
    {"T114", kServer, "early data that does not authenticate", Alert::BadRecordMac,
     [](Scene& s) {
         send_early(s);
         edit(s, on_early_data([](WireRecord& wire) { wire.record.is_damaged = true; }));
     }},
};

/// Those that hold for either end.
std::vector<ConformanceCase> both(Role role) {
    return {
        {"T115", role, "a bad tag", Alert::BadRecordMac,
         [](Scene& s) {
             edit(s, on_record(protected_from_peer(s),
                               [](WireRecord& wire) { wire.record.is_damaged = true; }));
         }},
        {"§5.3", role, "a record twice", Alert::BadRecordMac,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 WireRecord wire = data(5);
                 scene.say(wire);
                 wire.record.key = 4711;
                 scene.say(wire, Epoch::Plain);
             };
         }},
        {"T117", role, "ciphertext of 2^14 + 257 bytes", Alert::RecordOverflow,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 WireRecord wire = data(10);
                 wire.record.length = kMaxCiphertext + 1;
                 scene.say(wire);
             };
         }},
        {"§5.2", role, "a record too short for its tag", Alert::BadRecordMac,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 WireRecord wire = data(10);
                 wire.record.length = 12;
                 scene.say(wire);
             };
         }},
        {"§5.1", role, "plaintext of 2^14 + 1 bytes inside", Alert::RecordOverflow,
         [](Scene& s) { s.afterwards = [](Scene& scene) { scene.say(data(kMaxPlaintext + 1)); }; }},
        {"T118", role, "nothing but zeros inside", Alert::UnexpectedMessage,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 WireRecord wire = data(10);
                 wire.record.inner_type = 0;
                 scene.say(wire);
             };
         }},
        {"T120", role, "padding", std::nullopt,
         [](Scene& s) {
             s.peer.padding_block = 4096;
             s.afterwards = [](Scene& scene) { scene.say(data(10)); };
         },
         [](Scene& s) { return is_connected(s) && s.machine_end().info().data_received == 10; }},
        {"T121", role, "an empty fragment of a handshake message", Alert::UnexpectedMessage,
         [](Scene& s) {
             edit(s, on_record(protected_from_peer(s),
                               [](WireRecord& wire) { wire.content.clear(); }));
         }},
        {"§5.4", role, "an empty alert", Alert::UnexpectedMessage,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) { scene.say(sealed(ContentType::Alert, {})); };
         }},
        {"§5.1", role, "two alerts in one record", Alert::DecodeError,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 scene.say(sealed(ContentType::Alert, octets({1, 90, 1, 90})));
             };
         }},
        {"§5.1", role, "empty application data", std::nullopt,
         [](Scene& s) { s.afterwards = [](Scene& scene) { scene.say(data(0)); }; }, is_connected},
        {"T123", role, "an alert between fragments of a message", Alert::UnexpectedMessage,
         [](Scene& s) { interleave(s, alert(1, 90)); }},
        {"T123", role, "change_cipher_spec between fragments", Alert::UnexpectedMessage,
         [](Scene& s) { interleave(s, plain(ContentType::ChangeCipherSpec, octets({1}))); }},
        {"§5.1", role, "a message in fragments", std::nullopt,
         [](Scene& s) { s.peer.max_plaintext = 64; }, is_connected},
        {"T124", role, "more behind Finished in its record", Alert::UnexpectedMessage,
         [](Scene& s) {
             edit(s, on_message(Finished, [](Octets& m) { m.insert(m.end(), {24, 0, 0, 1, 0}); }));
         }},
        {"T130", role, "change_cipher_spec after Finished", Alert::UnexpectedMessage,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 scene.say(plain(ContentType::ChangeCipherSpec, octets({1})));
             };
         }},
        {"§5", role, "change_cipher_spec of value 2", Alert::UnexpectedMessage,
         [](Scene& s) {
             edit(s, insert_before(protected_from_peer(s),
                                   plain(ContentType::ChangeCipherSpec, octets({2}))));
         }},
        {"§5", role, "protected change_cipher_spec", Alert::UnexpectedMessage,
         [](Scene& s) {
             edit(s, insert_before(protected_from_peer(s),
                                   sealed(ContentType::ChangeCipherSpec, octets({1}))));
         }},
        {"§5", role, "a record of type 24", Alert::UnexpectedMessage,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 scene.say(plain(static_cast<ContentType>(24), octets({1})));
             };
         }},
        {"T132", role, "KeyUpdate with request 2", Alert::IllegalParameter,
         [](Scene& s) { s.afterwards = [](Scene& scene) { scene.say(key_update(2)); }; }},
        {"§4.6.3", role, "KeyUpdate of two bytes", Alert::DecodeError,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 scene.say(sealed(ContentType::Handshake, handshake(KeyUpdate, octets({0, 0}))));
             };
         }},
        {"T134", role, "KeyUpdate that asks for one", std::nullopt,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 scene.let_peer(
                     [&](Endpoint& end, Output& out) { end.update_keys(scene.now, true, out); });
                 scene.let_machine(
                     [&](Endpoint& end, Output& out) { end.write(scene.now, 20, out); });
             };
         },
         [](Scene& s) {
             return s.machine_said().back() == KeyUpdate &&
                    s.peer_end().info().data_received == 20 &&
                    s.peer_end().info().key_updates_received == 1;
         }},
        {"T135", role, "two KeyUpdates in one record", Alert::UnexpectedMessage,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 WireRecord twice = key_update(0);
                 twice.content.insert(twice.content.end(), twice.content.begin(),
                                      twice.content.begin() + 5);
                 scene.say(twice);
             };
         }},
        {"T138", role, "a fatal alert in the handshake", std::nullopt,
         [](Scene& s) { edit(s, insert_before(protected_from_peer(s), alert(2, 40))); },
         [](Scene& s) {
             return s.machine_end().info().state == State::Closed &&
                    s.machine_end().info().received == Alert::HandshakeFailure && !s.alert();
         }},
        {"§6", role, "an unknown alert is fatal", std::nullopt,
         [](Scene& s) { edit(s, insert_before(protected_from_peer(s), alert(1, 200))); },
         [](Scene& s) { return s.machine_end().info().state == State::Closed && !s.alert(); }},
        {"T140", role, "close_notify", std::nullopt,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 scene.say(alert(1, 0));
                 scene.let_machine(
                     [&](Endpoint& end, Output& out) { end.write(scene.now, 7, out); });
             };
         },
         [](Scene& s) {
             return s.saw(Event::Kind::PeerClosed) && s.machine_end().may_write() &&
                    s.peer_end().info().data_received == 7;
         }},
        {"§6.1", role, "data behind close_notify", std::nullopt,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 scene.say(alert(1, 0));
                 scene.say(data(9));
             };
         },
         [](Scene& s) { return s.machine_end().info().data_received == 0; }},
        {"T141", role, "FIN without close_notify", std::nullopt,
         [](Scene& s) { s.afterwards = [](Scene& scene) { scene.end_stream(); }; },
         [](Scene& s) { return s.saw(Event::Kind::Truncated); }},
        {"§6.1", role, "FIN behind close_notify", std::nullopt,
         [](Scene& s) {
             s.afterwards = [](Scene& scene) {
                 scene.say(alert(1, 0));
                 scene.end_stream();
             };
         },
         [](Scene& s) { return !s.saw(Event::Kind::Truncated); }},
        {"§6.1", role, "user_canceled and close_notify before Finished", std::nullopt,
         [](Scene& s) {
             edit(s, insert_before(protected_from_peer(s), alert(1, 90)));
             edit(s, insert_before(protected_from_peer(s), alert(1, 0)));
         },
         [](Scene& s) {
             return s.machine_end().info().state == State::Closed &&
                    s.machine_end().info().received == Alert::CloseNotify;
         }},
    };
}

const std::vector<ConformanceCase> kOneSided = {
    {"T126", kServer, "one change_cipher_spec", std::nullopt,
     [](Scene& s) {
         s.client().is_compatible = false;
         edit(s, insert_before(Finished, plain(ContentType::ChangeCipherSpec, octets({1}))));
     },
     is_connected},
    {"T127", kServer, "change_cipher_spec before ClientHello", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, insert_before(ClientHello, plain(ContentType::ChangeCipherSpec, octets({1}))));
     }},
    {"T129", kServer, "second change_cipher_spec, strictly", Alert::UnexpectedMessage,
     [](Scene& s) {
         s.machine.is_strict_about_ccs = true;
         edit(s, insert_before(Finished, plain(ContentType::ChangeCipherSpec, octets({1}))));
     }},
    {"T129", kServer, "second change_cipher_spec", std::nullopt,
     [](Scene& s) {
         edit(s, insert_before(Finished, plain(ContentType::ChangeCipherSpec, octets({1}))));
     },
     is_connected},
    {"T137", kServer, "NewSessionTicket from the client", Alert::UnexpectedMessage,
     [](Scene& s) {
         s.afterwards = [](Scene& scene) {
             scene.say(sealed(ContentType::Handshake, handshake(NewSessionTicket, Octets(20))));
         };
     }},
    {"T143", kServer, "user_canceled and close_notify by a client", std::nullopt,
     [](Scene& s) { edit(s, insert_before(Finished, alert(1, 0))); },
     [](Scene& s) { return s.machine_end().info().state == State::Closed; }},
    {"§5.1", kServer, "application data before ClientHello", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, insert_before(ClientHello, plain(ContentType::ApplicationData, Octets(5))));
     }},
    {"§5.1", kServer, "a first record longer than 2^14 bytes", Alert::RecordOverflow,
     [](Scene& s) {
         edit(s, on_record(ClientHello, [](WireRecord& wire) { wire.record.length = 0x4101; }));
     }},
    {"§4.5", kServer, "EndOfEarlyData without early data", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, insert_before(Finished,
                               sealed(ContentType::Handshake, handshake(EndOfEarlyData, {}))));
     }},
    {"RFC 8449", kClient, "a record beyond record_size_limit", Alert::RecordOverflow,
     [](Scene& s) {
         s.client().record_size_limit = 512;
         s.server().record_size_limit = 512;
         s.server().profile = find_profile("gnutls");
         s.afterwards = [](Scene& scene) { scene.say(data(512)); };
     }},
};

}  // namespace

std::span<const ConformanceCase> resumption_cases() { return kResumption; }
std::span<const ConformanceCase> record_cases() {
    static const std::vector<ConformanceCase> cases = [] {
        std::vector<ConformanceCase> all = both(kClient);
        const std::vector<ConformanceCase> others = both(kServer);
        all.insert(all.end(), others.begin(), others.end());
        return all;
    }();
    return cases;
}
std::span<const ConformanceCase> closing_cases() { return kOneSided; }

}  // namespace seedwire::tls
