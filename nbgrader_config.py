"""Where nbgrader finds the course: `source` is generated from solutions/, `release` is assignments/."""

c = get_config()  # nbgrader provides it
c.CourseDirectory.course_id = "recurrent-networks"
c.CourseDirectory.source_directory = "build/source"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "build/submitted"
c.CourseDirectory.autograded_directory = "build/autograded"
c.CourseDirectory.feedback_directory = "build/feedback"
c.CourseDirectory.db_url = "sqlite:///build/gradebook.db"
# seconds for a cell, in which the Validate button trains a network, too: ten on a quiet machine
c.Execute.timeout = 120
