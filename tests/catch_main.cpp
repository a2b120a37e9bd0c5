#define CATCH_CONFIG_RUNNER
#include "tests/catch.h"

#include "tests/child_program.h"

int main(int argc, char** argv) {
  if (tine::tests::run_as_child != nullptr) {
    const int status = tine::tests::run_as_child(argc, argv);
    if (status >= 0) return status;
  }
  return Catch::Session().run(argc, argv);
}
