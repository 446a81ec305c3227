#pragma once

/// An index or label that stands for "none": rows with it are left out.
#define MASKED_LABEL_CODE 0xFFFFFFFFU
