// Test programs that are also started as children of themselves: a program that re-executes itself
// (/proc/self/exe with an argument of its own) does so in its tests too. Whoever needs that defines
// run_as_child once among a layer's tests; main calls it before anything else.
#pragma once

namespace tine::tests {

// The child's exit status, or -1 when the arguments are those of a test run.
[[gnu::weak]] int run_as_child(int argc, char** argv);

}  // namespace tine::tests
