#ifndef poplar_AvailableVTypes_h
#define poplar_AvailableVTypes_h
/// \file
/// Which compact field layouts the target has. The SCALED_PTR layouts exist only on first-generation tiles, whose
/// codelets fall back on ONE_PTR where the macros are missing.

#define VECTOR_AVAIL_SHORT_SPAN 1
#define VECTORLIST_AVAIL_DELTAN 1

#endif
