// SPDX-License-Identifier: Apache-2.0

// The functions of this header are written in Swift (Sources/MARNetC).
#include "marnet.h"
