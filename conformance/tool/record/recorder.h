#pragma once
// Turns what an editor and an agent say into a scenario, in the notation of transcripts: what the
// editor says is sent again, what the agent says is expected. Secrets become markers first.
//
// Made by the command for one run; file and redactor outlive it; no threads.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "base/redact/redactor.h"
#include "conformance/tool/record/script_file.h"
#include "conformance/tool/record/words.h"

namespace tine::conformance {

class Recorder {
 public:
  Recorder(ScriptFile& file, Redactor& redactor) : file_(file), redactor_(redactor) {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void begin(const std::vector<std::string>& command, const std::string& date);
  void client_said(const std::string& line);
  void agent_said(const std::string& line);
  void client_ended();
  void signalled(int number);
  void agent_ended(int status);

 private:
  struct Request {
    std::string method;
    std::string session;
    bool loose = false;  // the client has done something meanwhile: news of it may come or not
  };
  /// A text that the agent says in pieces.
  struct Speech {
    explicit Speech(Redactor& redactor) : stream(redactor) {}
    std::string session;
    RedactionStream stream;
    std::string text;  // redacted, so far
  };

  void learn(json::View params);
  void client_asked(json::View message);
  void interrupt(bool by_answer);
  bool is_loose(std::string_view session) const;
  void expect(const std::string& step, bool loose);
  void agent_asked(json::View message);
  void agent_answered(json::View message);
  void agent_told(json::View message);
  void say(const std::string& session, std::string_view piece);
  void end_speech(bool cut);
  std::string speech_line(std::string_view text, bool cut) const;

  ScriptFile& file_;
  Redactor& redactor_;
  std::vector<KnownSecret> secrets_;
  Words words_;
  std::map<std::string, Request, std::less<>> open_;      // of the client, by id
  std::map<std::string, std::string, std::less<>> asks_;  // of the agent: id, name
  std::size_t asked_ = 0;
  std::optional<Speech> speech_;
  bool client_over_ = false;
};

}  // namespace tine::conformance
