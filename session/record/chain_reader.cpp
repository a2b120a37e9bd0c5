#include "session/record/chain_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tine::session {

ChainReader::ChainReader(store::Store& store, const History& history, std::uint64_t from_seq,
                         store::Damage damage)
    : store_(store), damage_(damage), from_(from_seq) {
  std::uint64_t until = std::numeric_limits<std::uint64_t>::max();
  for (const History* part = &history; part != nullptr; part = part->parent().get()) {
    Chapter chapter;
    chapter.entry = part->where();
    chapter.first = part->fork_seq();
    chapter.until = until;
    chapter.at = chapter.first;
    // The end of the last turn before is a place to begin at.
    for (const TurnMark& mark : part->own()) {
      if (mark.seq > from_seq) break;
      chapter.offset = mark.end;
      chapter.at = mark.seq + 1;
    }
    // What lies behind the fork point, or before what is asked for, is not read at all.
    if (until > chapter.first && until > from_seq) chapters_.push_back(std::move(chapter));
    until = std::min(until, part->fork_seq());
  }
}

/// False: there is no further one.
Result<bool> ChainReader::open_chapter() {
  const Chapter& chapter = chapters_.back();
  const auto folder = store_.open(chapter.entry);
  if (!folder) return fail(folder.error());
  if (!folder->has(store::transcript_name)) return false;
  auto reader = store::Reader::open(*folder, damage_);
  if (!reader) return fail(std::move(reader.error()));
  reader->seek(chapter.offset, chapter.at - chapter.first);
  next_seq_ = chapter.at;
  reader_ = std::move(*reader);
  return true;
}

transport::Task<Result<void>> ChainReader::prepare(transport::Loop& loop,
                                                   store::Reader::Look look) {
  if (chapters_.empty()) co_return Result<void>();
  if (reader_) {
    reader_->look_again();
  } else {
    co_await transport::yield(loop);
    const auto opened = open_chapter();
    if (!opened) co_return fail(opened.error());
    if (!*opened) co_return Result<void>();
  }
  co_return co_await reader_->prepare(loop, std::move(look));
}

Result<ChainReader::Step> ChainReader::step() {
  if (chapters_.empty()) return Step{.line = {}, .is_last = true};
  bool over = false;
  if (reader_) {
    reader_->look_again();
  } else {
    const auto opened = open_chapter();
    if (!opened) return fail(opened.error());
    over = !*opened;
  }
  if (!over) {
    auto line = reader_->next();
    if (!line) return fail(std::move(line.error()));
    over = !*line || (*line)->seq > chapters_.back().until;
    if (!over) return pass(std::move(**line));
  }
  if (chapters_.size() == 1) return Step{.line = {}, .is_last = true};
  if (reader_) skipped_ += reader_->skipped();
  reader_.reset();
  chapters_.pop_back();
  return Step{};
}

/// Gives a line of the history, when it is one to be given.
Result<ChainReader::Step> ChainReader::pass(store::Line line) {
  if (line.seq != next_seq_ && damage_ == store::Damage::report) {
    return fail(ErrorKind::damaged, "line " + std::to_string(reader_->line_number()) +
                                        " of the transcript does not follow the one before");
  }
  next_seq_ = line.seq + 1;
  // The first line of a transcript tells who the session is, not what happened.
  if (line.seq <= from_ || line.seq <= chapters_.back().first) return Step{};
  return Step{.line = std::move(line)};
}

Result<std::optional<store::Line>> ChainReader::next() {
  for (;;) {
    auto step = this->step();
    if (!step) return fail(std::move(step.error()));
    if (step->line || step->is_last) return std::move(step->line);
  }
}

}  // namespace tine::session
