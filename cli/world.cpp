#include "cli/world.h"

#include "cli/backends.h"
#include "cli/config/files.h"
#include "cli/log/log_file.h"
#include "cli/usage_stats.h"

namespace tine::cli {
namespace {

session::Policy policy_of(const Config& config) {
  const Settings& settings = config.settings;
  session::Policy policy;
  policy.sync_each_turn = settings.durability == "turn";
  policy.keep_text = settings.history != "none";
  policy.max_session_bytes = settings.max_session_bytes;
  policy.load_bytes = settings.load_max_bytes;
  policy.max_total_bytes = settings.max_total_bytes;
  policy.retention_days = settings.retention_days;
  if (settings.trust == "cli") policy.trust = session::TrustRule::cli;
  if (settings.trust == "always") policy.trust = session::TrustRule::always;
  policy.fork = {.strategy = session::strategy_named(settings.fork_strategy),
                 .soft_when_cold = settings.fork_cold == "soft",
                 .strict = settings.fork_strict};
  policy.model_writes_summary = settings.fork_summary == "model";
  policy.begins_from_seed = settings.fork_seed == "auto";
  policy.seed_hours = settings.fork_seed_hours;
  policy.stale_hours = settings.fork_stale_hours;
  policy.soft_tokens = static_cast<std::uint64_t>(settings.fork_summary_tokens);
  policy.caller_newest = settings.session_caller_newest;
  policy.seed_tokens = static_cast<std::uint64_t>(settings.session_fork_prefix_budget);
  policy.keeps_memory = settings.memory_keep;
  if (settings.memory_inject == "brief") policy.memory_brief = session::MemoryBrief::brief;
  if (settings.memory_inject == "full") policy.memory_brief = session::MemoryBrief::full;
  // What leaves nothing behind does not write into a repository either.
  if (settings.memory_location == "repo" && !config.ephemeral)
    policy.memory_location = session::MemoryLocation::repository;
  if (settings.memory_drift == "notice") policy.drift = session::DriftRule::notice;
  if (settings.memory_drift == "ask") policy.drift = session::DriftRule::ask;
  policy.failover.ask = settings.failover != "auto";
  policy.failover.fallback = settings.fallback;
  for (const BackendConfig& backend : config.backends) {
    if (!backend.fallback.empty()) policy.failover.of_backend[backend.name] = backend.fallback;
  }
  if (auto rules = permission_rules(config)) policy.permissions = std::move(*rules);
  policy.max_depth = static_cast<std::uint64_t>(settings.max_depth);
  return policy;
}

executor::Admission::Rules admission_rules(const Settings& settings) {
  return {.min_free = static_cast<std::uint64_t>(settings.limits_min_free_memory),
          .max_processes = static_cast<std::size_t>(settings.limits_max_processes)};
}

executor::Admission::Sources admission_sources(const Result<std::string>& root) {
  const UsageStats stats(session::store::system_files(), root);
  executor::Admission::Sources sources;
  sources.free = [] { return executor::free_memory(); };
  sources.tree = executor::memory_below;
  sources.recall = [stats] { return stats.recall(); };
  sources.keep = [stats](const executor::Peaks& one) {
    const auto kept = stats.keep(one);
    return kept ? std::string()
                : "what a process of " + one.backend +
                      " took of memory was not kept: " + kept.error().message;
  };
  return sources;
}

}  // namespace

World::World(Env& the_env, Log& the_log, Redactor& the_redactor, Config the_config,
             Result<std::string> root, Result<std::string> sessions)
    : env(the_env),
      log(the_log),
      redactor(the_redactor),
      config(std::move(the_config)),
      log_file(cli::log_file(config.settings, env)),
      ending(loop, log),
      policy(policy_of(config)),
      prices(config.prices_file, read_config_file),
      warm_first(loop, env),
      admission(loop, log, admission_rules(config.settings), admission_sources(root)),
      turn_line(loop, admission, static_cast<std::size_t>(config.settings.limits_max_turns)),
      worker(loop),
      store(loop, session::store::system_files(), env, std::move(sessions)),
      syncer(loop, worker, store),
      trust(loop, worker, env, log, redactor,
            session::TrustRecord(session::store::system_files(), root), policy.trust),
      backends(make_backends(loop, worker, env, log, redactor, config, root, admission)),
      service({.loop = loop,
               .env = env,
               .log = log,
               .redactor = redactor,
               .store = store,
               .syncer = syncer,
               .policy = policy,
               .prices = prices,
               .warm_first = warm_first,
               .turn_line = turn_line},
              trust, backends, make_chooser(backends, config)) {}

}  // namespace tine::cli
