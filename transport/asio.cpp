// The one place where Boost.Asio is compiled; every other file sees declarations only.
#include <boost/asio/impl/src.hpp>
