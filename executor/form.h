#pragma once
// A model's questions to a person. A client that shows forms gets all of them as one form. A client
// that shows the names of options gets one question after the other, each with its answers as
// options. Any other client gets none: the model is told to ask in its own words.
//
// A coroutine on the loop's thread; the client outlives it. It ends soon after its cancel.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "executor/choices.h"
#include "protocol/v1/client.h"
#include "transport/cancel.h"

namespace tine::executor {

/// One of the questions.
struct FormField {
  std::string id;  ///< names the field and its answer
  std::string title;
  std::string description;  ///< empty: none
  std::string question;     ///< the title where it is put alone
  /// Answers that can be chosen; empty: any text is one. A question without choices is put in a
  /// form only; elsewhere ask_in_words stands in place of its answer.
  std::vector<Choice> choices;
  bool open = false;  ///< any other text is an answer, too
  bool many = false;  ///< more than one can be chosen in a form
};

struct Form {
  std::string session;
  std::string tool_call;  ///< the call that it belongs to
  std::string message;
  std::vector<FormField> fields;
  /// Puts "Decline to answer" among the choices of each question that is put alone.
  bool declinable = false;
};

struct FormAnswers {
  enum class End : std::uint8_t {
    answered,
    declined,    ///< also the question that nobody has answered when it was put alone
    stopped,     ///< the client says that the whole turn is cancelled
    unanswered,  ///< the form could not be put
    not_shown    ///< the client shows neither forms nor the names of options
  };
  End end = End::answered;
  /// What was answered by then, by the field's id; several answers are separated by commas.
  std::vector<std::pair<std::string, std::string>> given;

  /// Finds the answer to a field; empty: there is none.
  std::string_view to(std::string_view id) const;
};

/// Tells the model that the client cannot show its question.
inline constexpr std::string_view ask_in_words =
    "The user has not seen this question: this client does not show questions with choices. Ask "
    "it in your own words, with the choices, and end your turn there. The user's next message is "
    "the answer.";

transport::Task<FormAnswers> fill_in(Form form, v1::Client& client, transport::CancelSource cancel);

}  // namespace tine::executor
