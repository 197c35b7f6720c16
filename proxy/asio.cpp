// Asio, compiled once for the whole program; every other file sees declarations alone because the
// target defines BOOST_ASIO_SEPARATE_COMPILATION.
#include <boost/asio/impl/src.hpp>
