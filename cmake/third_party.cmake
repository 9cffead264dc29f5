# Everything seedwire takes from others. Used by its own build and by the package it installs, so
# that both ask for the same things. Debian 12, Debian 13 and Ubuntu 24.04 have them all.
find_package(fmt 9 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Boost 1.74 REQUIRED CONFIG COMPONENTS headers)  # Graph and Math, headers only
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)

if(NOT TARGET yaml-cpp::yaml-cpp)  # the name since yaml-cpp 0.8
    add_library(yaml-cpp::yaml-cpp INTERFACE IMPORTED)
    target_link_libraries(yaml-cpp::yaml-cpp INTERFACE yaml-cpp)
endif()

# libcrypto seals the TLS records of captures, so that Wireshark can decrypt them. A build without it
# lacks nothing else.
option(SEEDWIRE_LIBCRYPTO "Seal TLS records in captures with libcrypto" ON)
if(SEEDWIRE_LIBCRYPTO)
    find_package(OpenSSL 3.0 QUIET COMPONENTS Crypto)
endif()
if(NOT OPENSSL_FOUND)
    message(STATUS "No libcrypto: protected TLS records in captures will be filler that nobody can "
                   "decrypt, and the captures say so. apt-get install libssl-dev")
endif()
