"""What pixels show: the sizes in which pages show a picture, and the process that draws them."""
