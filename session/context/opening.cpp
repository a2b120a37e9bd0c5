#include "session/context/opening.h"

#include <functional>
#include <utility>

#include "session/context/project_documents.h"
#include "session/memory/brief.h"
#include "transport/worker.h"

namespace tine::session {

bool tells_of_project(const Policy& policy, const Backends& backends, const std::string& backend) {
  return policy.memory_brief != MemoryBrief::off || backends.given_documents.contains(backend);
}

transport::Task<std::string> opening_text(Library library, const Backends& backends,
                                          std::string backend, std::string cwd,
                                          executor::Loading loading, MemoryBrief how) {
  std::string text;
  if (backends.given_documents.contains(backend)) {
    std::function<std::string()> read = [cwd, loading = std::move(loading)] {
      return documents_text(project_documents(cwd, loading), cwd);
    };
    const std::string documents = co_await transport::made_beside(library.loop, std::move(read));
    text = library.redactor.redacted(documents);
  }
  if (how != MemoryBrief::off) {
    const std::string brief = co_await brief_for(library, std::move(cwd), how);
    text += brief;
  }
  co_return text;
}

}  // namespace tine::session
