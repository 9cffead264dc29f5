// The program: everything it does is in harness/cli.
#include "harness/cli/command.h"

int main(int argc, char** argv) { return seedwire::cli::main(argc, argv); }
