-- Questions people ask this database, as they run on SQLite, MySQL and MariaDB alike.
--
-- Each says what kind it is and which index answers it (-: none, it is a small table); a test asks the engines whether
-- that is so.
--   site         a page waits for it: it touches a few thousand rows at most, however large the database is
--   whole table  it reads all ratings or all movies: for reports and research
-- The numbers are TMDB's (550: Fight Club, 819: Edward Norton) but where they are called movielens_id or user_id.
-- `movies.id` is the tmdb_id, so the layers join without looking anything up.

-- 1. All about a movie (site; PRIMARY)
SELECT * FROM movie_details WHERE id = 550;

-- 2. A movie by its IMDb id (site; ix_movies_imdb_id)
SELECT id, title, year, directors, rating_mean FROM movie_details WHERE imdb_id = 'tt0137523';

-- 3. Titles that begin so, for a search box (site; ix_movies_title)
SELECT id, title, year FROM movies WHERE title >= 'Star W' AND title < 'Star X' ORDER BY title LIMIT 20;

-- 4. A movie's cast, in the order of the credits (site; PRIMARY)
SELECT c.person_id, c.credited_name, c.`character`, p.profile_path
FROM credits c LEFT JOIN people p ON p.person_id = c.person_id
WHERE c.tmdb_id = 550 AND c.kind = 'cast' ORDER BY c.cast_order LIMIT 30;

-- 5. Who directed, wrote and shot it (site; PRIMARY)
SELECT job, credited_name, person_id FROM credits
WHERE tmdb_id = 550 AND kind = 'crew' AND job IN ('Director', 'Screenplay', 'Director of Photography');

-- 6. A person by name (site; ix_people_name)
SELECT person_id, name, known_for_department FROM people WHERE name = 'Edward Norton';

-- 7. A person's films, newest first (site; ix_credits_person_id)
SELECT m.id, m.title, m.year, c.kind, c.`character`, c.job
FROM credits c JOIN movies m ON m.tmdb_id = c.tmdb_id
WHERE c.person_id = 819 ORDER BY m.release_date DESC;

-- 8. Whom somebody works with most (site; ix_credits_person_id)
SELECT other.person_id, other.credited_name, count(DISTINCT other.tmdb_id) AS films
FROM credits mine JOIN credits other ON other.tmdb_id = mine.tmdb_id
WHERE mine.person_id = 819 AND other.person_id <> 819
GROUP BY other.person_id, other.credited_name ORDER BY films DESC LIMIT 10;

-- 9. Top rated, with at least 1,000 ratings (site; ix_movies_rating_count)
SELECT id, title, year, rating_mean, rating_count FROM movies
WHERE rating_count >= 1000 ORDER BY rating_mean DESC LIMIT 20;

-- 10. The best of a genre and a decade (site; ix_movies_rating_count)
SELECT id, title, year, rating_mean, rating_count FROM movies
WHERE rating_count >= 500 AND year BETWEEN 1990 AND 1999
  AND EXISTS (SELECT 1 FROM movie_genres x WHERE x.movie_id = movies.id AND x.genre_id = 7)
ORDER BY rating_mean DESC LIMIT 20;

-- 11. What came out lately (site; ix_movies_release_date)
SELECT id, title, release_date, rating_mean FROM movies
WHERE release_date <= '2023-10-12' ORDER BY release_date DESC LIMIT 20;

-- 12. What is popular now (site; ix_tmdb_movies_popularity)
SELECT tmdb_id, title, release_date, popularity FROM tmdb_movies ORDER BY popularity DESC LIMIT 20;

-- 13. How a movie's ratings are spread (site; ix_movielens_movies_movie_id)
SELECT rating_count, rated_0_5, rated_1_0, rated_1_5, rated_2_0, rated_2_5, rated_3_0, rated_3_5, rated_4_0,
  rated_4_5, rated_5_0 FROM movielens_movies WHERE movie_id = 550;

-- 14. What a user rated (site; PRIMARY)
SELECT movie_id, title, rating, rated_at FROM movie_ratings WHERE user_id = 1 ORDER BY rated_at;

-- 15. Who likes this also likes, from 200 of those who gave it five stars (site; ix_ratings_movielens_id)
SELECT r.movielens_id, count(*) AS fans
FROM (SELECT user_id FROM ratings WHERE movielens_id = 318 AND rating = 5 LIMIT 200) u
JOIN ratings r ON r.user_id = u.user_id
WHERE r.rating >= 4.5 AND r.movielens_id <> 318
GROUP BY r.movielens_id ORDER BY fans DESC LIMIT 20;

-- 16. Where to watch a movie (site; PRIMARY)
SELECT w.kind, p.name FROM watch_providers w JOIN providers p ON p.provider_id = w.provider_id
WHERE w.tmdb_id = 550 AND w.country = 'DE' ORDER BY w.kind, w.display_priority;

-- 17. The best a provider streams in a country (site; ix_watch_providers_country)
SELECT m.id, m.title, m.year, m.rating_mean
FROM watch_providers w JOIN movies m ON m.tmdb_id = w.tmdb_id
WHERE w.country = 'DE' AND w.provider_id = 8 AND w.kind = 'flatrate' AND m.rating_count >= 100
ORDER BY m.rating_mean DESC LIMIT 20;

-- 18. How users tagged a movie (site; ix_tags_movielens_id)
SELECT tag, count(*) AS times FROM tags WHERE movielens_id = 2959 GROUP BY tag ORDER BY times DESC LIMIT 20;

-- 19. Films with a keyword (site; ix_movie_keywords_keyword_id)
SELECT m.id, m.title, m.year FROM movie_keywords k JOIN movies m ON m.tmdb_id = k.tmdb_id
WHERE k.keyword_id = 818 ORDER BY m.rating_count DESC LIMIT 20;

-- 20. The films of a series, in order (site; ix_movie_collections_collection_id)
SELECT m.id, m.title, m.release_date FROM movie_collections c JOIN movies m ON m.tmdb_id = c.tmdb_id
WHERE c.collection_id = 10 ORDER BY m.release_date;

-- 21. What a company produced (site; ix_movie_companies_company_id)
SELECT m.id, m.title, m.year FROM movie_companies c JOIN movies m ON m.tmdb_id = c.tmdb_id
WHERE c.company_id = 508 ORDER BY m.rating_count DESC LIMIT 20;

-- 22. Its trailers (site; PRIMARY)
SELECT name, site, video_key FROM videos WHERE tmdb_id = 550 AND type = 'Trailer' ORDER BY published_at DESC;

-- 23. Much-rated films that TMDB does not know (site; ix_movies_rating_count)
SELECT id, title, year, rating_count FROM movies WHERE rating_count >= 1000 AND coalesce(tmdb_id, 0) = 0
ORDER BY rating_count DESC LIMIT 20;

-- 24. How a movie came to be what it is: what changed (site; ix_etl_changes_tmdb_id)
SELECT run_id, section, kind, field, old_value, new_value FROM etl_changes WHERE tmdb_id = 550 ORDER BY run_id, seq;

-- 25. Mean rating per movie, from every single rating (whole table; ix_ratings_movielens_id)
SELECT movielens_id, count(*) AS ratings, avg(rating) AS mean FROM ratings GROUP BY movielens_id;

-- 26. The same from the counts that are kept beside each movie (whole table; -)
SELECT movielens_id, rating_count, rating_sum / 2.0 / rating_count AS mean FROM movielens_movies WHERE rating_count > 0;

-- 27. Who rates most (whole table; PRIMARY)
SELECT user_id, count(*) AS ratings FROM ratings GROUP BY user_id ORDER BY ratings DESC LIMIT 20;

-- 28. Films and mean rating by decade (whole table; -)
SELECT year - year % 10 AS decade, count(*) AS films, sum(rating_mean * rating_count) / sum(rating_count) AS mean
FROM movies WHERE year IS NOT NULL AND rating_count > 0 GROUP BY year - year % 10 ORDER BY decade;
