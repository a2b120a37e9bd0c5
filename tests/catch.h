// The test framework, whichever version the distribution ships: include this, never Catch2 itself.
#pragma once

// Of Catch2 2: expressions in assertions cost a third less to compile.
#define CATCH_CONFIG_FAST_COMPILE

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
