#ifndef SHARED_H
#define SHARED_H

/* Elements that one vertex handles at most. */
#define CHUNK 50

#endif
