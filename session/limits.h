#pragma once
// The limits of sessions, each with the rule at its edge.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "base/redact/limits.h"

namespace tine::session::limits {

using namespace tine::limits;  // NOLINT(google-build-using-namespace): one name for a layer's
                               // limits

/// Prompts of one session that wait behind the running one. One more: queue_full.
inline constexpr std::size_t queued_prompts = 64;

/// Sessions that one process holds. One more: queue_full, with the advice to close some.
inline constexpr std::size_t sessions = 100'000;

/// How long a backend may take to end a cancelled turn. Then the turn is over without it, and its
/// conversation is resumed anew by the next prompt.
inline constexpr std::chrono::milliseconds cancel_grace{4'000};

/// Tool calls of one turn whose end is awaited. Of more, the first ones are not closed by a cancel.
inline constexpr std::size_t open_tool_calls = 4096;

/// Terminals of one turn that are released at its end.
inline constexpr std::size_t open_terminals = 1024;

/// Bytes of a provider's id that a client names. A longer one is none: invalid_params.
inline constexpr std::size_t provider_id = 512;

/// Letters of the id that a client gives a prompt. A longer one is invalid_params.
inline constexpr std::size_t prompt_id = 128;

/// Sessions on one page of a list.
inline constexpr std::size_t list_page = 50;

/// Sessions in the tree that is drawn of a family. Of more, the ones that are nearest to the
/// session in which it is drawn; the others are counted.
inline constexpr std::size_t tree_sessions = 100;
/// Letters of an id that are shown at the least. More, where others begin with the same ones.
inline constexpr std::size_t short_id = 8;

/// How often a process that runs a turn looks whether another one asks to cancel it.
inline constexpr std::chrono::milliseconds request_look{250};

/// Permission rules that a client may narrow a session with. More are refused.
inline constexpr std::size_t narrowing = 256;

/// Bytes of a title; a longer one is cut at a word.
inline constexpr std::size_t title = 80;

/// Bytes of a prompt that are looked at for a title.
inline constexpr std::size_t title_source = std::size_t{16} * 1024;

/// Bytes of a line of a transcript beside its data, about.
inline constexpr std::size_t record_frame = 100;

/// Bytes of a prompt that may be a command for a session that has reached max_session_bytes, and
/// what such a turn may add to it. A longer prompt is none; a turn that adds more ends like others.
inline constexpr std::size_t command_prompt = 4096;
inline constexpr std::size_t command_room = std::size_t{64} * 1024;

/// An update longer than this is recorded in slices; those behind it wait.
inline constexpr std::size_t long_update = std::size_t{256} * 1024;
/// Bytes of updates of one session that wait to be recorded before its backend is held back.
inline constexpr std::size_t update_backlog = std::size_t{1} * 1024 * 1024;

/// Bytes of a long record whose checksum is made, and that are written, before others on the loop
/// get their turn.
inline constexpr std::size_t checked_slice = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t written_slice = std::size_t{1} * 1024 * 1024;

/// Bytes that session/load sends by default; 0 would be all. Beyond it outputs of tools and
/// attached data are left out of a replay, the oldest first.
inline constexpr std::int64_t load_bytes = std::int64_t{8} * 1024 * 1024;
/// Bytes of one output, or of one attachment, up to which it is never left out: a marker is not
/// much shorter.
inline constexpr std::size_t always_replayed = 1024;
/// Bytes that are counted for a marker, and for the message around an update.
inline constexpr std::size_t left_out_marker = 160;
inline constexpr std::size_t update_frame = 128;

/// Records that a replay sends before others on the loop get their turn.
inline constexpr std::size_t replay_slice = 64;

/// Letters of a word that ends a message and is not kept out of its order for fear that it could
/// grow into a secret.
inline constexpr std::size_t plain_word = 16;

/// Text of a streamed message that is gathered before it is looked at for secrets, in bytes; less
/// of it when it is to be written.
inline constexpr std::size_t gathered_text = std::size_t{16} * 1024;

/// How often, and how long apart, a lock is tried again that is coming free. Then it counts as
/// held.
inline constexpr int lock_tries = 10;
inline constexpr std::chrono::milliseconds lock_pause{20};

/// How much of the end of such an output is looked at to tell what is held back of it: what can be
/// undecided, and what stands before it, however much of it is escaped.
inline constexpr std::size_t looked_at_for_end = std::size_t{128} * 1024;
static_assert(looked_at_for_end >= 6 * (max_secret_tail + redaction_context));

/// Tool calls of one session of whose growing output an end is held back. Of more, the call that
/// was silent for the longest time is recorded to its end.
inline constexpr std::size_t growing_calls = 64;

/// Messages of one session that are streamed at the same time. Of more, the one that was silent for
/// the longest time counts as over.
inline constexpr std::size_t open_messages = 64;

/// Tokens, as tokens::estimate() has them, of what a backend is told of a past that it has not
/// seen. What does not fit is left out, the oldest first.
inline constexpr std::uint64_t soft_tokens = 2000;
/// Bytes of each text, and of each list of texts, that are kept for that, for each of its tokens.
/// Of a longer text the middle, of a longer list the beginning is left out.
inline constexpr std::size_t soft_bytes = 8;
/// Bytes of what is told on one line: a title, a path, a prompt in short. A longer one is cut. One
/// of more than the second number is not looked at.
inline constexpr std::size_t soft_label = 240;
inline constexpr std::size_t soft_label_source = std::size_t{64} * 1024;
/// Bytes of what a command has printed. The middle of more is left out.
inline constexpr std::size_t soft_output = 2048;
/// Files, tool calls that are open at a time, and steps of a plan that are kept. Of more, the ones
/// that were silent for the longest time, or the last steps, are left out.
inline constexpr std::size_t soft_files = 256;
inline constexpr std::size_t soft_calls = 64;
inline constexpr std::size_t soft_steps = 64;

/// How long a model may take to write the summary of a soft fork, with the start of its backend,
/// and how much of a past it may read for that, in tokens. Beyond both the extract is taken.
inline constexpr std::chrono::milliseconds model_summary_patience{60'000};
inline constexpr std::uint64_t model_summary_past = 200'000;
/// Bytes of such a summary, for each token that it may have. What comes behind is left out.
inline constexpr std::size_t model_summary_bytes = 8;

/// Tokens of what a session that begins within another agent's is told of that one's, by default.
inline constexpr std::uint64_t seed_tokens = 32'768;
/// The least and the most of them that can be configured. What is less or more is taken as these,
/// with a warning.
inline constexpr std::uint64_t least_seed_tokens = 4'096;
inline constexpr std::uint64_t most_seed_tokens = 131'072;
/// No message has more than one of so many shares of that, with so many bytes to a token. The
/// middle of a longer one is left out.
inline constexpr std::uint64_t seed_shares = 2;
inline constexpr std::size_t seed_bytes = 4;

/// How long a limit of a backend is supposed to last that does not say when it ends. Only then the
/// client is asked whether to go back to it.
inline constexpr std::chrono::milliseconds supposed_limit = std::chrono::hours{5};
/// How long a session stays away at the least from a backend whose provider got too many requests:
/// the time to wait that is told then is the pause between two tries.
inline constexpr std::chrono::milliseconds least_rate_limit = std::chrono::minutes{10};

/// How long the provider may take to branch a conversation. Then another way is tried.
inline constexpr std::chrono::milliseconds fork_patience{15'000};
/// How long the backend's program may take to do so in a terminal, with its start and end. Longer
/// than what each of these may take, so that the reason is known.
inline constexpr std::chrono::milliseconds terminal_fork_patience{60'000};

/// A fork that reads less from the provider's cache than the expected tokens divided by this is
/// told of as a shortfall. Nothing else comes of it.
inline constexpr std::uint64_t cache_shortfall = 2;

/// US dollars for a million tokens, in a file of prices. More is a mistake: config_invalid, and the
/// file is not used.
inline constexpr int highest_price = 100'000;

/// How long forks of one parent that are prompted at once wait for the first of them, while the
/// provider's cache lacks their past. Then they go, and may each pay for it.
inline constexpr std::chrono::milliseconds warm_patience{20'000};
/// Pasts of which it is known when the provider has last read them. Of more, the ones that were
/// read longest ago are forgotten: they count as not cached.
inline constexpr std::size_t warm_pasts = 4096;

/// Hours for which a mark as a seed for new sessions holds, by default.
inline constexpr std::int64_t seed_hours = 24;

/// Bytes of transcripts up to which the summary that a soft fork would carry is made for the sake
/// of its cost. Of longer ones the most that it may have is told.
inline constexpr std::int64_t soft_estimate = std::int64_t{4} * 1024 * 1024;

/// Hours after which a parent that was not used is stale, by default; 0 would be never.
inline constexpr std::int64_t stale_hours = 168;
/// Of a fork it is advised against where another way costs less than that part of it, or where what
/// was said is less than that part of what tools have put out, and that is at least so many bytes.
inline constexpr std::uint64_t advised_part = 4;
inline constexpr std::uint64_t advised_tool_bytes = std::uint64_t{64} * 1024;
/// Bytes of a file of a git repository that is read for its HEAD. Of a larger one that is not
/// known.
inline constexpr std::size_t git_refs = std::size_t{1} * 1024 * 1024;

/// Bytes of the name of a branch. A longer one is not told.
inline constexpr std::size_t git_branch = 1024;

/// Bytes of a first prompt of which it is told apart what the backend says of its own to its model.
/// Of a longer one that is not known; nor where the prompt is more than the second number's part of
/// all, as its tokens are estimated.
inline constexpr std::size_t opening_prompt = std::size_t{64} * 1024;
inline constexpr std::uint64_t opening_part = 5;

/// How long after the first session was opened the policy of keeping is applied: the client is
/// served first.
inline constexpr std::chrono::milliseconds retention_delay{3'000};

/// How long a family of sessions is kept of which none can be listed: they never had a prompt, or
/// were deleted and something kept their files. Older ones go.
inline constexpr std::chrono::hours unlisted_age{24};

/// Folders that are measured in one go; between them others on the loop get their turn.
inline constexpr std::size_t retention_slice = 32;

/// Ends of turns, or ancestors, that are read before others on the loop get their turn.
inline constexpr std::size_t marks_slice = 64;

/// Faults of one transcript that are told; then no more are looked for.
inline constexpr std::size_t reported_faults = 100;

/// How long git may take to say in which state a directory is. Then it is killed, and there is no
/// snapshot.
inline constexpr std::chrono::milliseconds git_deadline{2'000};

/// How long git may take to read or to write notes. Then it is killed, and that is an error.
inline constexpr std::chrono::milliseconds git_notes_deadline{10'000};

/// Bytes of a listing of notes, and of each part of their texts. What comes behind is left out.
inline constexpr std::size_t git_notes_output = std::size_t{1} * 1024 * 1024;

/// How long git may take to list the commits between two. Then it is killed, and that is an error.
inline constexpr std::chrono::milliseconds git_log_deadline{10'000};

/// Commits between two that are listed, the newest first. Of more it is only told that there are.
inline constexpr std::size_t git_log_commits = 1'000;

/// Bytes of such a listing. What comes behind is left out like further commits.
inline constexpr std::size_t git_log_output = std::size_t{1} * 1024 * 1024;

/// Bytes of what git says that are looked at; then it is killed. A listing of changes has told by
/// then that there are some; with a longer list of filters there is no snapshot.
inline constexpr std::size_t git_output = std::size_t{64} * 1024;

/// Bytes of trust.json. A larger one is not read, and none such is written.
inline constexpr std::size_t trust_file = std::size_t{4} * 1024 * 1024;

/// What a folder would start, as a person is shown it: lines, and bytes of each. Of more the number
/// is shown.
inline constexpr std::size_t trust_lines = 50;
inline constexpr std::size_t trust_line = 2000;

/// Bytes of a member that says where a prompt stands in its client's trace. A longer one does not
/// go on.
inline constexpr std::size_t trace = 8192;

/// Files that a turn holds open beside those of the programs that it starts, and how long it waits
/// when that is more than this process may open. Then: queue_full.
inline constexpr std::size_t turn_descriptors = 4;
inline constexpr std::chrono::milliseconds turn_wait{10'000};

}  // namespace tine::session::limits
