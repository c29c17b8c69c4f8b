/* IMDb ids: the one id both sources share. */
#ifndef MOVIE_ETL_MODEL_IMDB_H
#define MOVIE_ETL_MODEL_IMDB_H

#include "base/view.h"

/* "^tt[0-9]{7,10}$": anything else is no evidence of identity. Blanks around it are not
 * accepted. */
bool imdb_id_is_valid(struct view v);

#endif
