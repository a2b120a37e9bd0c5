#include "session/context/given_documents.h"

#include <functional>
#include <utility>

#include "session/context/project_documents.h"
#include "transport/worker.h"

namespace tine::session {

bool gives_documents(const Policy& policy, const Backends& backends, const std::string& backend) {
  return policy.keep_text && backends.given_documents.contains(backend);
}

transport::Task<std::string> documents_for(Library library, std::string cwd,
                                           executor::Loading loading) {
  std::function<std::string()> read = [cwd = std::move(cwd), loading = std::move(loading)] {
    return documents_text(project_documents(cwd, loading), cwd);
  };
  const std::string documents = co_await transport::made_beside(library.loop, std::move(read));
  co_return library.redactor.redacted(documents);
}

}  // namespace tine::session
