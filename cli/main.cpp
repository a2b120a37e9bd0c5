#include <cstdio>

#include "base/version.h"

int main() {
  std::printf("tine %s\n", tine::version().data());
  return 0;
}
