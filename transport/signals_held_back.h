#pragma once
// Keeps signals for the loop's thread: a thread that is made while one of these lives never sees
// any.
//
// On the stack of whoever makes the thread.

#include <pthread.h>

#include <csignal>

namespace tine::transport {

class SignalsHeldBack {
 public:
  SignalsHeldBack() {
    sigset_t all{};
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeldBack() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeldBack(const SignalsHeldBack&) = delete;
  SignalsHeldBack& operator=(const SignalsHeldBack&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace tine::transport
