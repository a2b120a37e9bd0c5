#include "cli/options.h"

#include <CLI/CLI.hpp>

namespace tine::cli {

Options& Options::flag(const char* name, bool& to, const char* help) {
  last_ = app_.add_flag(name, to, help);
  return *this;
}

Options& Options::value(const char* name, std::string& to, const char* type, const char* help) {
  last_ = app_.add_option(name, to, help)->type_name(type);
  return *this;
}

Options& Options::value(const char* name, std::int64_t& to, std::int64_t most, const char* type,
                        const char* help) {
  last_ =
      app_.add_option(name, to, help)->check(CLI::Range(std::int64_t{1}, most))->type_name(type);
  return *this;
}

Options& Options::values(const char* name, std::vector<std::string>& to, const char* type,
                         const char* help) {
  last_ = app_.add_option(name, to, help)->type_name(type)->allow_extra_args(false);
  last_->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}

Options& Options::choice(const char* name, std::string& to, std::vector<std::string> words,
                         const char* type, const char* help) {
  last_ = app_.add_option(name, to, help)->check(CLI::IsMember(std::move(words)))->type_name(type);
  return *this;
}

Options& Options::setting(const char* name, const char* type, const char* help) {
  const auto keep = [name, &common = common_](const std::string& value) {
    common.settings.push_back({name, value});
  };
  last_ = app_.add_option_function<std::string>(name, keep, help)->type_name(type);
  return *this;
}

Options& Options::setting_flag(const char* name, const char* value, const char* help) {
  const auto keep = [name, value, &common = common_](std::int64_t) {
    common.settings.push_back({name, value});
  };
  last_ = app_.add_flag_function(name, keep, help);
  return *this;
}

Options& Options::argument(const char* name, std::string& to, const char* type, const char* help) {
  return value(name, to, type, help).required();
}

Options& Options::required() {
  last_->required();
  return *this;
}

Options& Options::optional(const char* name, std::string& to, const char* type, const char* help) {
  return value(name, to, type, help);
}

Options& Options::rest(const char* name, std::vector<std::string>& to, const char* type,
                       const char* help) {
  last_ = app_.add_option(name, to, help)->type_name(type);
  return *this;
}

Options& Options::excludes(const char* name) {
  last_->excludes(app_.get_option(name));
  return *this;
}

Options& Options::needs(const char* name) {
  last_->needs(app_.get_option(name));
  return *this;
}

}  // namespace tine::cli
