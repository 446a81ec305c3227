#ifndef poplar_detail_Api_hpp
#define poplar_detail_Api_hpp

/// Marks what libpoplar exports: everything else in it has hidden visibility.
#define POPLAR_API __attribute__((visibility("default")))

#endif
