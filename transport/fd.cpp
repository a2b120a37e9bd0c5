#include "transport/fd.h"

#include <unistd.h>

namespace tine::transport {

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace tine::transport
