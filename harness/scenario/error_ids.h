// The stable numbers of everything that can be wrong with a scenario; explained by `help E0102`.
#pragma once

namespace seedwire::scenario::error_id {

// Files and their text.
constexpr const char* kUnreadable = "E0101";
constexpr const char* kEncoding = "E0102";
constexpr const char* kSyntax = "E0103";
constexpr const char* kTooLarge = "E0104";
constexpr const char* kDuplicateKey = "E0105";
constexpr const char* kSeveralDocuments = "E0106";
constexpr const char* kInclude = "E0107";
// Keys and values.
constexpr const char* kUnknownKey = "E0201";
constexpr const char* kMissingKey = "E0202";
constexpr const char* kWrongKind = "E0203";
constexpr const char* kBadValue = "E0204";
constexpr const char* kOutOfRange = "E0205";
constexpr const char* kNotAChoice = "E0206";
constexpr const char* kContradiction = "E0207";
// Names.
constexpr const char* kUnknownName = "E0301";
constexpr const char* kBadName = "E0302";
constexpr const char* kDuplicateName = "E0303";
constexpr const char* kAmbiguousName = "E0304";
constexpr const char* kCycle = "E0305";
// What cannot work although every key is right.
constexpr const char* kTimelessLink = "E0401";
constexpr const char* kNothingToDo = "E0402";
constexpr const char* kNeverEnds = "E0403";
constexpr const char* kTooBigForMtu = "E0404";
constexpr const char* kNotConnected = "E0405";
constexpr const char* kSelfLink = "E0406";
constexpr const char* kParallelLinks = "E0407";
constexpr const char* kPortClash = "E0408";
constexpr const char* kAddressClash = "E0409";
// Texts with a grammar of their own: matches, expectations, lines of programs.
constexpr const char* kExpression = "E0501";
constexpr const char* kUnitsDiffer = "E0502";
constexpr const char* kUnknownMetric = "E0503";
constexpr const char* kTooComplex = "E0504";
constexpr const char* kProgramLine = "E0601";
// Known, but of a later version.
constexpr const char* kNotYet = "E0901";
// Warnings.
constexpr const char* kNeverMatches = "W0101";
constexpr const char* kUnused = "W0102";
constexpr const char* kCannotFinish = "W0103";
constexpr const char* kTinyQueue = "W0104";
constexpr const char* kSpuriousTimeout = "W0105";
constexpr const char* kTooLate = "W0106";

}  // namespace seedwire::scenario::error_id
