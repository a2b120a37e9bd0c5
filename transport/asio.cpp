// The one place where Boost.Asio and Boost.Process are compiled; every other file sees declarations
// only.
#include <boost/asio/impl/src.hpp>
// Boost.Process does not include these two itself when it uses std::filesystem.
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
//
#include <boost/process/v2/src.hpp>
