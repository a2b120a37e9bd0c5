#pragma once
// What was measured of a backend, as a table and as JSON.
//
// Values and plain functions.

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json/document.h"
#include "executor/usage.h"

namespace tine::cli {

/// What one way to ask has cost once.
struct Sample {
  executor::Tokens tokens;
  std::optional<double> dollars;
  std::chrono::milliseconds time{};

  /// What follows it.
  void add(const Sample& more);
};

/// A line of the table.
struct MeasuredWay {
  std::string name;
  std::vector<Sample> samples;
  std::string reason;  ///< why there are none, or no more; empty: there are all
};

struct Figures {
  std::string backend;
  std::string model;         ///< that has read the most; empty: nobody says which
  bool is_modelled = false;  ///< the backend reckons its counts: it asks no model
  std::vector<MeasuredWay> ways;
  MeasuredWay delegations;
  MeasuredWay replies;
  std::optional<Error> fault;  ///< with which it ended early
};

/// The middle one of each number by itself, of those that are known.
Sample median(const std::vector<Sample>& samples);

/// The part of each that replies have saved beside delegations; below zero: they took more. None:
/// not known.
struct Saved {
  std::optional<double> prompt;
  std::optional<double> uncached;  ///< of what was read and did not come from the cache
  std::optional<double> dollars;
  std::optional<double> time;
};
std::optional<Saved> saved(const Figures& figures);

std::string figures_text(const Figures& figures);
json::Document figures_document(const Figures& figures);

}  // namespace tine::cli
