#include "harness/cli/command.h"

int main(int argc, char** argv) { return seedwire::cli::main(argc, argv); }
