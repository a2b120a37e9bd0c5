#include "tests/transcript/cut_channel.h"

#include <algorithm>
#include <vector>

#include "transport/limits.h"

namespace tine::transcript {
namespace {

/// Behind this column a line is not cut after each byte: it is a huge one.
constexpr std::size_t longest_cut_everywhere = std::size_t{64} * 1024;

class CutChannel final : public transport::Channel {
 public:
  CutChannel(std::unique_ptr<transport::Channel> inside, Cut cut, Reading& reading)
      : inside_(std::move(inside)), cut_(cut), reading_(reading) {}

  transport::Task<Result<std::size_t>> read_some(std::span<char> room) override {
    if (taken_ == buffer_.size()) {
      buffer_.resize(transport::limits::read_chunk);
      taken_ = 0;
      const auto got = co_await inside_->read_some(buffer_);
      buffer_.resize(got.value_or(0));
      if (!got || *got == 0) co_return got;
    }
    const std::size_t length = next_piece(room.size());
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(taken_), length, room.begin());
    taken_ += length;
    co_return length;
  }

  transport::Task<Result<void>> write_all(std::span<const std::string_view> pieces) override {
    return inside_->write_all(pieces);
  }
  void close_write() override { inside_->close_write(); }
  void close() override { inside_->close(); }

 private:
  /// How much of the buffer goes up to the next cut.
  std::size_t next_piece(std::size_t most) {
    most = std::min(most, buffer_.size() - taken_);
    std::size_t length = 0;
    while (length < most) {
      const char byte = buffer_[taken_ + length++];
      ++column_;
      ++reading_.bytes;
      reading_.longest_line = std::max(reading_.longest_line, column_);
      const bool here =
          column_ == cut_.column || (cut_.everywhere && column_ <= longest_cut_everywhere);
      if (byte == '\n') column_ = 0;
      if (here) break;
    }
    return length;
  }

  std::unique_ptr<transport::Channel> inside_;
  Cut cut_;
  Reading& reading_;
  std::vector<char> buffer_;
  std::size_t taken_ = 0;
  std::size_t column_ = 0;
};

}  // namespace

std::unique_ptr<transport::Channel> cut_channel(std::unique_ptr<transport::Channel> inside, Cut cut,
                                                Reading& reading) {
  return std::make_unique<CutChannel>(std::move(inside), cut, reading);
}

}  // namespace tine::transcript
